import { crowdpose14 } from '@pose-distill/skeletons';
import { fail } from './error.js';
import {
  CROWDPOSE_RULES,
  type CrowdPoseEvaluation,
  type CrowdPoseOptions,
  checkCrowdPoseRules,
  crowdPoseScores,
} from './evaluate-crowdpose.js';
import { type OksScores, scoresOf } from './oks-evaluation.js';
import { oksSettings } from './oks-options.js';
import { createPartial, type EvaluatedImage, type PartialOptions } from './oks-partial.js';
import { COCO_RULES } from './oks-rules.js';

/** Evaluates images as they come, in any number of parts that are put together later. */
export interface Evaluator<Result> {
  readonly imageCount: number;
  /**
   * Adds one image. Its similarities are worked out at once; what is kept is some 50 bytes a person and result.
   * @throws MetricsError as `evaluateOks`; `BAD_PARTIAL` for an image that was added before. Nothing is added then.
   */
  add(image: EvaluatedImage): void;
  /**
   * Takes over what another evaluator of equal options holds, or the bytes of one.
   * @throws MetricsError `BAD_PARTIAL` for other options, an image that both hold, or bytes that are not whole.
   */
  merge(other: Evaluator<Result> | Uint8Array): void;
  /** Everything held, as bytes for another thread, process or machine. */
  serialise(): Uint8Array;
  /**
   * The numbers of all images that were added; the order in which they were added or merged changes nothing, to the last bit.
   * @throws MetricsError `EMPTY_RESULTS`; `BAD_ANNOTATION` for one annotation id in two images.
   */
  result(): Result;
}

export interface EvaluatorOptions extends PartialOptions {}

export interface CrowdPoseEvaluatorOptions
  extends CrowdPoseOptions,
    Pick<PartialOptions, 'resultAreas'> {}

/** What a CrowdPose evaluator gives. */
export type CrowdPoseScores = Omit<CrowdPoseEvaluation, 'matches'>;

/**
 * An evaluator of COCO keypoint results, image by image. Tables and stats are those of `evaluateOks` on all images together, bit for
 * bit. Without `categoryIds` the categories are those that were met; `imageIds` of the result are the images added.
 *
 * @example
 * const evaluator = createEvaluator();
 * evaluator.add({ imageId: 1, annotations, results });
 * evaluator.merge(bytesFromAnotherWorker);
 * evaluator.result().stats.AP;
 */
export function createEvaluator(options: EvaluatorOptions = {}): Evaluator<OksScores> {
  const settings = oksSettings(options);
  const partial = createPartial(options, settings, COCO_RULES);
  return {
    ...parts(partial),
    get imageCount() {
      return partial.imageCount;
    },
    result() {
      const { matched, axes } = partial.match();
      const imageIds = [...axes.imageIds].sort((a, b) => a - b);
      return scoresOf(matched.tables(), { ...axes, imageIds }, settings);
    },
  };
}

/**
 * The same for CrowdPose: what `evaluateCrowdPose` gives, without its matches. Images need `crowdIndex`.
 *
 * @example
 * const evaluator = createCrowdPoseEvaluator({ rules: 'xtcocotools' });
 * evaluator.add({ imageId: 1, crowdIndex: 0.4, annotations, results });
 */
export function createCrowdPoseEvaluator({
  rules = 'crowdposetools',
  ...options
}: CrowdPoseEvaluatorOptions = {}): Evaluator<CrowdPoseScores> {
  checkCrowdPoseRules(rules);
  const oksSigmas = options.oksSigmas ?? crowdpose14.oksSigmas;
  const settings = oksSettings({ ...options, oksSigmas });
  const partial = createPartial(options, settings, CROWDPOSE_RULES[rules]);
  const shared = parts(partial);
  return {
    ...shared,
    get imageCount() {
      return partial.imageCount;
    },
    add(image) {
      if (typeof image.crowdIndex !== 'number' || Number.isNaN(image.crowdIndex)) {
        const message = `expected how crowded the image is, from 0 on, got ${image.crowdIndex}`;
        fail('BAD_ANNOTATION', 'crowdIndex', message);
      }
      partial.add(image);
    },
    result() {
      const { matched, axes, crowdIndices } = partial.match();
      const imageIds = [...axes.imageIds].sort((a, b) => a - b);
      const places = axes.imageIds.map((_, place) => place);
      const listed = places.map((place) => ({ place, crowdIndex: crowdIndices[place]! }));
      return crowdPoseScores(matched, listed, { ...axes, imageIds }, settings, rules);
    },
  };
}

function parts<Result>(
  partial: ReturnType<typeof createPartial>,
): Pick<Evaluator<Result>, 'add' | 'merge' | 'serialise'> {
  return {
    add: (image) => partial.add(image),
    merge: (other) => partial.merge(other instanceof Uint8Array ? other : other.serialise()),
    serialise: () => partial.serialise(),
  };
}
