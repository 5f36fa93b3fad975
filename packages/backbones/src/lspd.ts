import { add, concat, resizeBilinear, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { checkCount, checkDivisible } from './checks.js';
import { heatmapHead } from './heads.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { multiScaleResidual } from './multi-scale-residual.js';

export interface PyramidFeaturesOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Of the result. @param channels default 128 */
  readonly channels?: number;
  /** Of MobileNetV2. @param width default 1 */
  readonly width?: number;
}

/**
 * LSPD's encoder: MobileNetV2 up to its 96-channel group, its maps at strides 4, 8 and 16 brought to one width and to
 * stride 4, summed, and filtered once. Our reconstruction.
 *
 * Parts `<name>.encoder`, `<name>.at4`, `.at8`, `.at16`, `.sum`, `.depthwise`, `.pointwise`.
 */
export function pyramidFeatures(image: Value, options: PyramidFeaturesOptions): Value {
  const { name, channels = 128, width = 1 } = options;
  checkDivisible(`pyramidFeatures '${name}'`, image, 16);
  const encoder = mobileNetV2(image, { name: `${name}.encoder`, width, groups: 5 });
  const activation = 'relu';
  const lateral = [4, 8, 16].map((stride) => {
    const own = convolutionBlock(encoder.at(stride), {
      name: `${name}.at${stride}`,
      channels,
      activation,
    });
    return stride === 4 ? own : resizeBilinear(own, { scale: stride / 4 });
  });
  const filtered = convolutionBlock(add(lateral, { name: `${name}.sum` }), {
    name: `${name}.depthwise`,
    channels,
    groups: channels,
    kernel: 3,
    activation,
  });
  return convolutionBlock(filtered, { name: `${name}.pointwise`, channels, activation });
}

export interface PoseStageOptions {
  /** Path in front of all names. */
  readonly name: string;
  readonly keypoints: number;
  /** Inside the stage. @param channels default 128 */
  readonly channels?: number;
  /** Multi-scale residual blocks. @param blocks default 4 */
  readonly blocks?: number;
}

/**
 * One stage of LSPD: a 1x1 convolution where channels change, multi-scale residual blocks, a 1x1 convolution, heatmaps.
 *
 * Parts `<name>.enter`, `<name>.block1` and so on, `<name>.leave`, `<name>.heatmaps`.
 */
export function poseStage(x: Value, options: PoseStageOptions): Value {
  const { name, keypoints, channels = 128, blocks = 4 } = options;
  checkCount(`poseStage '${name}'`, 'blocks', blocks, 0);
  const activation = 'relu';
  let features =
    x.shape[2] === channels
      ? x
      : convolutionBlock(x, { name: `${name}.enter`, channels, activation });
  for (let index = 1; index <= blocks; index++)
    features = multiScaleResidual(features, { name: `${name}.block${index}` });
  const leaving = convolutionBlock(features, { name: `${name}.leave`, channels, activation });
  return heatmapHead(leaving, { name: `${name}.heatmaps`, keypoints });
}

export interface LspdOptions {
  readonly keypoints: number;
  /** Path in front of all names; default none, the parts are `features`, `stage1` and so on, `teacher`. */
  readonly name?: string;
  /** Stages of the student. @param stages default 2 */
  readonly stages?: number;
  /** Of features and student stages. @param channels default 128 */
  readonly channels?: number;
  /** Of the encoder. @param width default 1 */
  readonly width?: number;
  /** Of each student stage. @param blocks default 4 */
  readonly blocks?: number;
  /** The last stage; `false` leaves it out. @param teacher default 256 channels, 8 blocks */
  readonly teacher?: { readonly channels?: number; readonly blocks?: number } | false;
}

/**
 * LSPD's training network: features, student stages that refine each other's heatmaps, and a wider teacher stage at the
 * end. Our reconstruction of Zhang et al., IEEE Sensors Journal 23, 2023.
 *
 * Outputs by name: `heatmaps` (of stage 1), `stage2`, ..., `teacher`. What is deployed is `prune(network, ['heatmaps'])`: its
 * result is the same to the bit, as no later stage feeds the first.
 * @example
 * const network = defineNetwork({ inputs: [image], outputs: lspd(image, { keypoints: 16 }) });
 */
export function lspd(image: Value, options: LspdOptions): Record<string, Value> {
  const { name, keypoints, stages = 2, channels = 128, width = 1 } = options;
  const { blocks = 4, teacher = {} } = options;
  const path = (part: string): string => (name ? `${name}.${part}` : part);
  checkCount(`lspd '${name ?? ''}'`, 'stages', stages);
  const features = pyramidFeatures(image, { name: path('features'), channels, width });
  const refine = (part: string, previous: Value | undefined, own: object): Value => {
    const x = previous ? concat([features, previous], { name: `${path(part)}.input` }) : features;
    return poseStage(x, { channels, blocks, ...own, name: path(part), keypoints });
  };
  let last = refine('stage1', undefined, {});
  const outputs: Record<string, Value> = { heatmaps: last };
  for (let stage = 2; stage <= stages; stage++) {
    last = refine(`stage${stage}`, last, {});
    outputs[`stage${stage}`] = last;
  }
  if (teacher) outputs.teacher = refine('teacher', last, { channels: 256, blocks: 8, ...teacher });
  return outputs;
}
