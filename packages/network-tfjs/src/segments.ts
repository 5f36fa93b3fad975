import type { Network } from '@pose-distill/network';
import type { Step } from './plan.js';

/** A run of steps between two points of the graph. */
export interface Segment {
  readonly steps: readonly Step[];
  /** Values that come from before: what has to be kept to run the segment again. */
  readonly inputs: readonly string[];
  /** Values that are read after it, or are outputs of the network. */
  readonly outputs: readonly string[];
}

/** A whole plan as one segment. */
export function wholePlan(network: Network, steps: readonly Step[]): Segment {
  return cut(network, steps, [0, steps.length])[0]!;
}

/**
 * Cuts a plan into segments so that training needs little memory when the backward pass runs each segment again: the values
 * alive at the cuts, and the values inside the largest segment, are few together.
 *
 * For each bound on a segment's size the cheapest cuts are found exactly; the best bound wins.
 */
export function cutPlan(network: Network, steps: readonly Step[]): Segment[] {
  // A batch norm's value is made again and not kept, unless a cut goes through it.
  const sizes = steps.map(({ node }) => (node.op === 'batchNorm' ? 0 : sizeOf(node.shape)));
  const alive = aliveSizes(network, steps);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let best: { readonly cost: number; readonly cuts: readonly number[] } | undefined;
  for (let share = 64; share >= 1; share--) {
    const found = cheapestCuts(sizes, alive, (total * share) / 64);
    if (found && (!best || found.cost < best.cost)) best = found;
  }
  return cut(network, steps, best?.cuts ?? [0, steps.length]);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Sizes of the values that are alive before each step and after the last, network inputs left out. */
function aliveSizes(network: Network, steps: readonly Step[]): number[] {
  const lastRead = new Map<string, number>();
  steps.forEach(({ node }, i) => {
    for (const name of node.inputs) lastRead.set(name, i);
  });
  for (const name of Object.values(network.outputs)) lastRead.set(name, steps.length);
  return Array.from({ length: steps.length + 1 }, (_, at) =>
    steps.reduce(
      (sum, { node, output }, i) =>
        i < at && (lastRead.get(output) ?? -1) >= at ? sum + sizeOf(node.shape) : sum,
      0,
    ),
  );
}

/** Cuts (first 0, last the number of steps) with no segment larger than `bound`, and what they hold in memory at most. */
function cheapestCuts(
  sizes: readonly number[],
  alive: readonly number[],
  bound: number,
): { cost: number; cuts: number[] } | undefined {
  const costs = [0];
  const from = [0];
  for (let end = 1; end <= sizes.length; end++) {
    let inside = 0;
    let [cost, start] = [Number.POSITIVE_INFINITY, -1];
    for (let i = end - 1; i >= 0; i--) {
      inside += sizes[i]!;
      if (inside > bound) break;
      const sum = costs[i]! + (i > 0 ? alive[i]! : 0);
      if (sum < cost) [cost, start] = [sum, i];
    }
    costs.push(cost);
    from.push(start);
  }
  const held = costs[sizes.length]!;
  if (held === Number.POSITIVE_INFINITY) return undefined;
  const cuts = [sizes.length];
  let largest = 0;
  while (cuts[0]! > 0) {
    const [end, start] = [cuts[0]!, from[cuts[0]!]!];
    largest = Math.max(
      largest,
      sizes.slice(start, end).reduce((sum, size) => sum + size, 0),
    );
    cuts.unshift(start);
  }
  return { cost: held + largest, cuts };
}

function cut(network: Network, steps: readonly Step[], cuts: readonly number[]): Segment[] {
  const results = Object.values(network.outputs);
  return cuts.slice(1).map((end, i) => {
    const part = steps.slice(cuts[i]!, end);
    const made = new Set(part.map(({ output }) => output));
    const readBy = (list: readonly Step[]): string[] => list.flatMap(({ node }) => node.inputs);
    const later = new Set([...readBy(steps.slice(end)), ...results]);
    return {
      steps: part,
      inputs: [...new Set(readBy(part))].filter((name) => !made.has(name)),
      outputs: [...made].filter((name) => later.has(name)),
    };
  });
}
