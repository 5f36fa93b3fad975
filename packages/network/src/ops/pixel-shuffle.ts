import { NetworkError } from '../error.js';
import { createValue, mapShape, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

export interface PixelShuffleAttributes {
  readonly factor: number;
  /**
   * Which input channel goes to sub-row `i`, sub-column `j` of result channel `c`: `c * factor^2 + i * factor + j`
   * (`torch`), or `(i * factor + j) * C + c` with `C` result channels (`tensorflow`).
   */
  readonly order: 'torch' | 'tensorflow';
}

export const pixelShuffleOperation: Operation<'pixelShuffle'> = {
  op: 'pixelShuffle',
  arity: one,
  schema: { factor: 'count', order: ['torch', 'tensorflow'] },
  shape([input], { factor }, where) {
    const [height, width, channels] = mapShape(input!, where);
    if (channels % factor ** 2 !== 0)
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: the channels must be a multiple of ${factor} squared, got [${input}]`,
        { input, factor },
      );
    return [height * factor, width * factor, channels / factor ** 2];
  },
  parameters: noParameters,
  cost: noCost,
};

export interface PixelShuffleOptions {
  readonly factor: number;
  /** @param order of the channels; default `torch`, as PyTorch's `PixelShuffle`; `tensorflow` as its `depth_to_space` */
  readonly order?: PixelShuffleAttributes['order'];
  /** @param name of the node; default `<input>/pixelShuffle<factor>` */
  readonly name?: string;
}

/** Spreads channels over a finer grid: `[H,W,C * factor^2] -> [H * factor, W * factor, C]` (Shi et al., CVPR 2016). */
export function pixelShuffle(x: Value, options: PixelShuffleOptions): Value {
  const { factor, order = 'torch', name = `${x.name}/pixelShuffle${factor}` } = options;
  return createValue(pixelShuffleOperation, name, [x], { factor, order });
}
