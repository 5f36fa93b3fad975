import {
  add,
  concat,
  linear,
  parameter,
  reshape,
  type Size,
  sinePositions,
  split,
  transpose,
  truncatedNormal,
  type Value,
} from '@pose-distill/network';
import { checkCount } from './checks.js';
import { BackboneError } from './error.js';
import { transformerLayer } from './transformer.js';

export interface TokenEncoderOptions {
  /** Path in front of all names. */
  readonly name: string;
  readonly keypoints: number;
  /** Pixels of the map that make one visual token. @param patch default 4 rows by 3 columns */
  readonly patch?: Size;
  /** Length of a token, a multiple of 4. @param channels default 192 */
  readonly channels?: number;
  /** Layers. @param depth default 12 */
  readonly depth?: number;
  /** @param heads default 8 */
  readonly heads?: number;
  /** @param mlpRatio default 3 */
  readonly mlpRatio?: number;
}

/** What a token encoder gives: the tokens behind its last layer, without a norm. */
export interface TokenFeatures {
  /** One token per patch, row by row: `[P, d]`. */
  readonly visual: Value;
  /** One token per keypoint: `[K, d]`. */
  readonly keypoints: Value;
  /** Of each layer: probabilities `[heads, K + P, K + P]`, keypoint tokens before visual ones. */
  readonly attention: readonly Value[];
}

/**
 * TokenPose's and DistilPose's encoder: patches of a map become tokens, learned keypoint tokens go before them, and
 * transformer layers let all see all (Li et al., ICCV 2021; Ye et al., CVPR 2023: token-distilling encoder).
 *
 * Before every layer the fixed sines of the positions are added to the visual tokens (`sine-full`). A patch is read row by
 * row, channels fastest. Names: `<name>.patches`, `<name>.embed`, `<name>.tokens` (the keypoint tokens, truncated normal
 * with deviation 0.02, as all linear layers), `<name>.positions`, `<name>.layer1` and so on.
 * @param map `[H, W, C]`, a whole number of patches
 * @throws BackboneError SHAPE_MISMATCH, OUT_OF_RANGE
 */
export function tokenEncoder(map: Value, options: TokenEncoderOptions): TokenFeatures {
  const { name, keypoints, patch = { width: 3, height: 4 }, channels = 192, depth = 12 } = options;
  const where = `tokenEncoder '${name}'`;
  checkCount(where, 'keypoints', keypoints);
  checkCount(where, 'depth', depth);
  const { tokens: patches, size } = cutPatches(map, patch, name);
  const initialiser = truncatedNormal(0.02);
  const embedded = linear(patches, { name: `${name}.embed`, channels, initialiser });
  const learned = parameter({ name: `${name}.tokens`, shape: [keypoints, channels], initialiser });
  const positions = sinePositions({
    name: `${name}.positions`,
    size,
    channels,
    leading: keypoints,
  });
  let tokens = concat([learned, embedded], { name: `${name}.sequence`, axis: 0 });
  const attention: Value[] = [];
  for (let index = 1; index <= depth; index++) {
    const layer = `${name}.layer${index}`;
    const placed = add([tokens, positions], { name: `${layer}.placed` });
    const { heads = 8, mlpRatio = 3 } = options;
    const result = transformerLayer(placed, { name: layer, heads, mlpRatio, initialiser });
    tokens = result.tokens;
    attention.push(result.attention);
  }
  const [own, visual] = split(tokens, [keypoints, size.width * size.height], { axis: 0 });
  return Object.freeze({ visual: visual!, keypoints: own!, attention });
}

/** Patches row by row as tokens `[P, pixels * C]`. */
function cutPatches(
  map: Value,
  patch: Size,
  name: string,
): { readonly tokens: Value; readonly size: Size } {
  const [height, width, channels] = map.shape as readonly [number, number, number];
  if (map.shape.length !== 3 || height % patch.height !== 0 || width % patch.width !== 0)
    throw new BackboneError(
      'SHAPE_MISMATCH',
      `tokenEncoder '${name}': patches of ${patch.height}x${patch.width} must fill the map, got [${map.shape}]; choose another input size or patch`,
      { shape: map.shape, patch },
    );
  const size = { width: width / patch.width, height: height / patch.height };
  const rows = reshape(map, {
    shape: [size.height, patch.height, size.width, patch.width * channels],
  });
  const tokens = reshape(transpose(rows, { axes: [0, 2, 1, 3] }), {
    name: `${name}.patches`,
    shape: [size.width * size.height, -1],
  });
  return { tokens, size };
}

/**
 * The values that token and attention losses read, as named outputs: `tokens.visual`, `tokens.keypoints` and
 * `attention.layer1` to the last layer.
 */
export function tokenTaps({ visual, keypoints, attention }: TokenFeatures): Record<string, Value> {
  return {
    'tokens.visual': visual,
    'tokens.keypoints': keypoints,
    ...Object.fromEntries(attention.map((value, index) => [`attention.layer${index + 1}`, value])),
  };
}
