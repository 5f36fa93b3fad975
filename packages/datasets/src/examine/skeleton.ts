import {
  canonicalKeypointName,
  coco17,
  crowdpose14,
  DEFAULT_OKS_SIGMA,
  lsp14,
  mpii16,
  type Skeleton,
} from '@pose-distill/skeletons';

/** The published sigmas of every body, hand, foot and face keypoint lie inside. */
const SIGMAS = { least: 0.005, most: 0.2 };

/** What is implausible about the skeleton of a data set. */
export function examineSkeleton({ keypoints, oksSigmas, flipPairs }: Skeleton): string[] {
  const known = new Set(
    [coco17, crowdpose14, mpii16, lsp14]
      .flatMap((skeleton) => skeleton.keypoints)
      .map(canonicalKeypointName),
  );
  const named = (test: (sigma: number, name: string) => boolean): string =>
    keypoints.filter((name, k) => test(oksSigmas[k]!, canonicalKeypointName(name))).join(', ');
  const outside = named((sigma) => sigma < SIGMAS.least || sigma > SIGMAS.most);
  const assumed = named((sigma, name) => sigma === DEFAULT_OKS_SIGMA && !known.has(name));
  const found: string[] = [];
  if (outside) {
    const range = `${SIGMAS.least} to ${SIGMAS.most}`;
    found.push(`OKS sigmas outside ${range} (a sigma is a share of the person's size): ${outside}`);
  }
  if (assumed) {
    found.push(`no published OKS sigma is known for ${assumed}; ${DEFAULT_OKS_SIGMA} is used`);
  }
  if (keypoints.length > 1 && flipPairs.length === 0) {
    found.push('no keypoint has a left and a right, so mirrored training swaps nothing');
  }
  return found;
}
