import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import {
  aic14,
  coco17,
  crowdpose14,
  flipIndices,
  jhmdb15,
  lsp14,
  matchKeypoints,
  mpii16,
  skeletonFromKeypoints,
} from './index.js';

const ALL = [coco17, crowdpose14, lsp14, mpii16, aic14, jhmdb15];

interface CategoryFile {
  categories: { keypoints: string[]; skeleton: [number, number][] }[];
}

const sorted = (limbs: readonly (readonly number[])[]): string[] =>
  limbs.map((limb) => [...limb].sort((a, b) => a - b).join('-')).sort();

describe('known skeletons', () => {
  it('have the published flip pairs', () => {
    expect(coco17.flipPairs).toEqual([1, 3, 5, 7, 9, 11, 13, 15].map((i) => [i, i + 1]));
    expect(mpii16.flipPairs).toEqual([
      [0, 5],
      [1, 4],
      [2, 3],
      [10, 15],
      [11, 14],
      [12, 13],
    ]);
    expect(crowdpose14.flipPairs).toEqual([0, 2, 4, 6, 8, 10].map((i) => [i, i + 1]));
    expect(lsp14.flipPairs).toEqual([
      [0, 5],
      [1, 4],
      [2, 3],
      [6, 11],
      [7, 10],
      [8, 9],
    ]);
    expect(aic14.flipPairs).toEqual([0, 1, 2, 6, 7, 8].map((i) => [i, i + 3]));
    expect(jhmdb15.flipPairs).toEqual([3, 5, 7, 9, 11, 13].map((i) => [i, i + 1]));
  });

  it('have a torso from right shoulder to left hip', () => {
    for (const { torso, keypoints } of ALL) {
      expect(torso?.map((i) => keypoints[i])).toEqual(['right_shoulder', 'left_hip']);
    }
  });

  it('have equal sigmas and mirrored limbs on both sides', () => {
    for (const skeleton of ALL) {
      const flip = flipIndices(skeleton);
      const mirrored = flip.map((i) => skeleton.oksSigmas[i]);
      if (skeleton !== aic14) expect(mirrored).toEqual(skeleton.oksSigmas);
      expect(sorted(skeleton.limbs.map((limb) => limb.map((i) => flip[i]!)))).toEqual(
        sorted(skeleton.limbs),
      );
      expect(new Set(skeleton.limbs.flat()).size).toBe(skeleton.keypoints.length);
    }
  });

  it('agree on the sigmas of LSP and CrowdPose by name', () => {
    lsp14.keypoints.forEach((name, i) => {
      const other = crowdpose14.keypoints.indexOf(name === 'head_top' ? 'head' : name);
      expect(lsp14.oksSigmas[i]).toBe(crowdpose14.oksSigmas[other]);
    });
  });
});

describe('skeletonFromKeypoints', () => {
  it('recognises known skeletons by names and order', () => {
    for (const skeleton of ALL) {
      expect(skeletonFromKeypoints(skeleton.keypoints)).toBe(skeleton);
      const spelled = skeleton.keypoints.map((name) => name.toUpperCase().replaceAll('_', ' '));
      expect(skeletonFromKeypoints(spelled, { name: 'x' })).toBe(skeleton);
    }
    expect(skeletonFromKeypoints(crowdpose14.keypoints.with(12, 'top_head'))).toBe(crowdpose14);
  });

  it('keeps the order of the names it was given', () => {
    const reversed = skeletonFromKeypoints([...coco17.keypoints].reverse());
    expect(reversed.name).toBe('custom17');
    expect(reversed.keypoints[0]).toBe('right_ankle');
    expect(reversed.oksSigmas).toEqual([...coco17.oksSigmas].reverse());
    expect(sorted(reversed.limbs)).toEqual(
      sorted(coco17.limbs.map((limb) => limb.map((i) => 16 - i))),
    );
    expect(reversed.torso).toEqual([16 - 6, 16 - 11]);
  });

  it('gives unknown keypoints the stated sigma and takes overrides', () => {
    const names = ['nose', 'left_hand', 'right_hand'];
    expect(skeletonFromKeypoints(names, { name: 'hands' })).toEqual({
      name: 'hands',
      keypoints: names,
      flipPairs: [[1, 2]],
      limbs: [],
      oksSigmas: [0.26 / 10, 0.079, 0.079],
    });
    const wider = coco17.oksSigmas.map((sigma) => 2 * sigma);
    expect(skeletonFromKeypoints(coco17.keypoints, { oksSigmas: wider }).oksSigmas).toEqual(wider);
    expect(skeletonFromKeypoints(['left_hand'], { flipPairs: [] }).flipPairs).toEqual([]);
  });
});

describe('matchKeypoints', () => {
  it('finds places by name, however spelled', () => {
    expect(matchKeypoints(coco17, crowdpose14)).toEqual([
      ...[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
      ...[-1, -1],
    ]);
    expect(matchKeypoints(lsp14, crowdpose14).slice(-2)).toEqual([13, 12]);
    for (const skeleton of ALL) {
      const spelled = skeleton.keypoints.map((name) => name.toUpperCase().replaceAll('_', ' '));
      expect(matchKeypoints(skeleton, { keypoints: spelled })).toEqual([...spelled.keys()]);
    }
  });
});

describe.skipIf(!hasReferenceData('coco'))('annotation files', () => {
  const names = (...path: string[]): string[] =>
    readReferenceJson<CategoryFile>(referencePath(...path)).categories[0]!.keypoints;

  it('COCO: names and limbs as the file has them', () => {
    const { keypoints, skeleton } = readReferenceJson<CategoryFile>(
      referencePath('coco', 'mmpose', 'test_coco.json'),
    ).categories[0]!;
    expect(coco17.keypoints).toEqual(keypoints);
    expect(coco17.limbs).toEqual(skeleton.map(([a, b]) => [a - 1, b - 1]));
  });

  it('other data sets', () => {
    expect(skeletonFromKeypoints(names('crowdpose', 'mmpose', 'test_crowdpose.json'))).toBe(
      crowdpose14,
    );
    expect(crowdpose14.keypoints).toEqual(names('crowdpose', 'mmpose', 'test_crowdpose.json'));
    expect(skeletonFromKeypoints(names('lspet', 'person_keypoints_val.json'))).toBe(lsp14);
    expect(skeletonFromKeypoints(names('mhp', 'test_mhp.json'))).toBe(mpii16);
    expect(skeletonFromKeypoints(names('ochuman', 'test_ochuman.json'))).toBe(coco17);
    expect(skeletonFromKeypoints(names('aic', 'test_aic.json'))).toBe(aic14);
    expect(skeletonFromKeypoints(names('jhmdb', 'test_jhmdb_sub1.json'))).toBe(jhmdb15);
    expect(jhmdb15.keypoints).toEqual(names('jhmdb', 'test_jhmdb_sub1.json'));
  });

  it('AI Challenger and JHMDB: limbs as the files have them', () => {
    for (const [skeleton, file] of [
      [aic14, 'aic/test_aic.json'],
      [jhmdb15, 'jhmdb/test_jhmdb_sub1.json'],
    ] as const) {
      const { skeleton: limbs } = readReferenceJson<CategoryFile>(referencePath(file))
        .categories[0]!;
      expect(sorted(skeleton.limbs)).toEqual(sorted(limbs.map((pair) => pair.map((i) => i - 1))));
    }
  });
});
