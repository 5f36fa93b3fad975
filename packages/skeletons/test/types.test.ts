import { expect, expectTypeOf, it } from 'vitest';
import * as skeletons from '../src/index.js';

it('exports these names and no others', () => {
  expect(Object.keys(skeletons).sort()).toEqual([
    'DEFAULT_OKS_SIGMA',
    'SkeletonError',
    'aic14',
    'canonicalKeypointName',
    'coco17',
    'crowdpose14',
    'defineSkeleton',
    'flipIndices',
    'jhmdb15',
    'lsp14',
    'matchKeypoints',
    'mpii16',
    'skeletonFromKeypoints',
  ]);
});

it('has read-only skeletons', () => {
  expectTypeOf(skeletons.coco17).toEqualTypeOf<skeletons.Skeleton>();
  expectTypeOf(skeletons.flipIndices).returns.toEqualTypeOf<readonly number[]>();
});
