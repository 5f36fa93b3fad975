import { expect, expectTypeOf, it } from 'vitest';
import * as metrics from '../src/index.js';

it('exports these names and no others', () => {
  expect(Object.keys(metrics).sort()).toEqual([
    'KEYPOINT_OUTCOMES',
    'MPII_JOINT_NAMES',
    'MetricsError',
    'analyseOks',
    'boxNms',
    'computeOks',
    'createCrowdPoseEvaluator',
    'createEvaluator',
    'evaluateCrowdPose',
    'evaluateOks',
    'evaluateOksStream',
    'evaluatePck',
    'evaluatePckh',
    'keypointAuc',
    'keypointEpe',
    'keypointNme',
    'keypointPckAccuracy',
    'mpiiGroundTruth',
    'nearbyJointsNms',
    'oksAp',
    'oksNms',
    'oksOptionsFromParams',
    'pck',
    'poseOverlaps',
    'precisionRecallCurves',
    'referenceStats',
    'softOksNms',
  ]);
});

it('says null, not undefined or -1, for no data', () => {
  expectTypeOf<metrics.OksStats['AP']>().toEqualTypeOf<number | null>();
  expectTypeOf<metrics.PckEvaluation['pck']>().toEqualTypeOf<number | null>();
  expectTypeOf(metrics.evaluateOks).returns.toEqualTypeOf<metrics.OksEvaluation>();
});
