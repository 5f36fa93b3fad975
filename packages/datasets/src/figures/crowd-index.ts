import type { Box } from '@pose-distill/heatmap-decode';

/** What a crowd index is computed from; coordinates in one space. */
export interface CrowdMember {
  readonly box: Box;
  /** [K*2] x, y. */
  readonly keypoints: ArrayLike<number>;
  /** [K] above 0: labelled. */
  readonly visibility: ArrayLike<number>;
}

/**
 * CrowdPose's crowd index of a picture: the mean over people of (labelled keypoints of others inside one's box) /
 * (labelled keypoints of one's own). People without a labelled keypoint are left out of the mean; 0 for people apart, above
 * 1 where boxes hold more of others than of their own.
 *
 * @see Li et al., "CrowdPose: Efficient Crowded Scenes Pose Estimation and A New Benchmark", CVPR 2019, equation 1
 * @example
 * crowdIndex(scene.people); // 0.31
 */
export function crowdIndex(people: readonly CrowdMember[]): number {
  let sum = 0;
  let counted = 0;
  for (const person of people) {
    const own = labelled(person);
    if (own === 0) continue;
    let others = 0;
    for (const other of people) if (other !== person) others += labelled(other, person.box);
    sum += others / own;
    counted++;
  }
  return counted === 0 ? 0 : sum / counted;
}

/** Labelled keypoints, those inside a box when one is given, its border included. */
function labelled({ keypoints, visibility }: CrowdMember, box?: Box): number {
  let count = 0;
  for (let k = 0; k < visibility.length; k++) {
    if (visibility[k] === 0) continue;
    const x = keypoints[2 * k]!;
    const y = keypoints[2 * k + 1]!;
    const inside =
      box === undefined ||
      (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height);
    if (inside) count++;
  }
  return count;
}
