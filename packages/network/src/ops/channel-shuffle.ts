import { NetworkError } from '../error.js';
import { createValue, mapShape, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

export interface ChannelShuffleAttributes {
  readonly groups: number;
}

export const channelShuffleOperation: Operation<'channelShuffle'> = {
  op: 'channelShuffle',
  arity: one,
  schema: { groups: 'count' },
  shape([input], { groups }, where) {
    const channels = mapShape(input!, where)[2];
    if (channels % groups !== 0)
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: ${groups} groups must divide the ${channels} channels`,
        { input, groups },
      );
    return input!;
  },
  parameters: noParameters,
  cost: noCost,
};

export interface ChannelShuffleOptions {
  readonly groups: number;
  /** @param name of the node; default `<input>/shuffle<groups>` */
  readonly name?: string;
}

/**
 * Mixes the channels of groups: result channel `i * groups + g` is channel `g * (C / groups) + i` (Zhang et al.,
 * ShuffleNet, CVPR 2018).
 */
export function channelShuffle(x: Value, options: ChannelShuffleOptions): Value {
  const { groups, name = `${x.name}/shuffle${groups}` } = options;
  return createValue(channelShuffleOperation, name, [x], { groups });
}
