import type { Value } from '@pose-distill/network';
import { LossError } from './errors.js';

/**
 * Which maps an ensemble mixes. `last`: those of each branch's last stack. `hourglass_okd` and `share_less`: the positions that the two
 * released programs take from their list of outputs, right only with (branches - 1) stacks or one private stack.
 */
export type EnsembleIndexing = 'last' | 'hourglass_okd' | 'share_less';

export interface EnsembleInputsOptions {
  /** Heatmaps of the stacks that all branches share, in order. @default none */
  readonly shared?: readonly Value[];
  /** Heatmaps of each branch's own stacks, in order. */
  readonly branches: readonly (readonly Value[])[];
  /** @default 'last' */
  readonly indexing?: EnsembleIndexing;
}

/**
 * The heatmaps that an ensemble mixes, one for each branch.
 *
 * @throws {LossError} OUT_OF_RANGE when a branch is empty, or the released positions do not exist
 * @see Li et al., OKDHP, ICCV 2021; lib/models/hourglass_okd.py and hourglass_okd_share_less.py of the release
 */
export function ensembleInputs(options: EnsembleInputsOptions): Value[] {
  const { shared = [], branches, indexing = 'last' } = options;
  const outputs = [...shared, ...branches.flat()];
  const stacks = branches[0]?.length ?? 0;
  const positions = {
    last: () => branches.map((_, b) => shared.length + branches.slice(0, b + 1).flat().length - 1),
    hourglass_okd: () => branches.map((_, b) => stacks - 1 + b * (branches.length - 1)),
    share_less: () => branches.map((_, b) => outputs.length - branches.length + b),
  }[indexing]();
  const chosen = positions.map((position) => outputs[position]);
  if (
    branches.length < 2 ||
    branches.some(({ length }) => length === 0) ||
    chosen.includes(undefined)
  )
    throw new LossError(
      'OUT_OF_RANGE',
      `branches: expected two or more with heatmaps each, got ${branches.length} of [${branches.map(({ length }) => length)}] stacks; ` +
        `'${indexing}' takes outputs ${positions} of ${outputs.length}.`,
      { positions, outputs: outputs.length },
    );
  return chosen as Value[];
}
