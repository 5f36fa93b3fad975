import * as tf from '@tensorflow/tfjs-core';
import type { Remakes } from './remake.js';
import { disposeSaved, type TapeNode } from './tape.js';

/** The gradients that are known so far, by id of the tensor they belong to; they belong to this collection. */
export class Gradients {
  readonly #byId = new Map<number, tf.Tensor>();

  /** Adds a part, and takes it over. */
  add(id: number, part: tf.Tensor): void {
    const before = this.#byId.get(id);
    this.#byId.set(id, before ? tf.add(before, part) : part);
    if (before) tf.dispose([before, part]);
  }

  get(id: number): tf.Tensor | undefined {
    return this.#byId.get(id);
  }

  /** Hands a gradient over to the caller. */
  take(id: number): tf.Tensor | undefined {
    const gradient = this.#byId.get(id);
    this.#byId.delete(id);
    return gradient;
  }

  /** Gives a gradient to another tensor: one with the same values. */
  move(from: number, to: number): void {
    const gradient = this.take(from);
    if (gradient) this.add(to, gradient);
  }
}

/** Computes one contribution to the gradient of an input, if anybody wants it. */
export type Contribution = () => tf.Tensor;

/**
 * Walks a tape backwards, and frees the saved tensors and the gradients of each node as soon as it is done.
 *
 * @param gradients of the tape's results; afterwards those of `wanted`
 * @param wanted ids of the tensors whose gradients are asked for
 * @param perhaps ids of tensors whose gradients may not be needed: their parts come back uncomputed, and what they need stays
 * @returns by id
 */
export function walkBack(
  {
    nodes,
    remakes,
  }: { readonly nodes: readonly TapeNode[]; readonly remakes: Remakes | undefined },
  gradients: Gradients,
  wanted: ReadonlySet<number>,
  perhaps: ReadonlySet<number>,
): Map<number, Contribution[]> {
  const later = new Map<number, Contribution[]>();
  const relevant = dependents(nodes, new Set([...wanted, ...perhaps]));
  for (const node of nodes.toReversed()) {
    const dys = node.outputs.map(({ id }) => gradients.get(id) ?? null);
    const names = Object.keys(node.inputs);
    const postponed = names.filter((name) => perhaps.has(node.inputs[name]!.id));
    const now = names.filter(
      (name) => relevant.has(node.inputs[name]!.id) && !postponed.includes(name),
    );
    if (dys.some((dy) => dy !== null) && now.length + postponed.length > 0) {
      remakes?.restore(node);
      if (postponed.length === 0) {
        const parts = tf.tidy(() => contributions(node, dys, now));
        parts.forEach((part, i) => void gradients.add(node.inputs[now[i]!]!.id, part));
      } else {
        const byName = gradientOf(node, dys);
        for (const name of now) gradients.add(node.inputs[name]!.id, tf.tidy(byName[name]!));
        for (const name of postponed) {
          const { id } = node.inputs[name]!;
          later.set(id, [...(later.get(id) ?? []), byName[name]!]);
        }
        // What the postponed parts need stays until the scope ends.
        continue;
      }
    }
    disposeSaved([node]);
    for (const { id } of node.outputs) gradients.take(id)?.dispose();
  }
  return later;
}

/** Ids of the tensors that depend on one of the given ones, and of those. */
function dependents(nodes: readonly TapeNode[], from: ReadonlySet<number>): Set<number> {
  const ids = new Set(from);
  for (const { inputs, outputs } of nodes)
    if (Object.values(inputs).some(({ id }) => ids.has(id)))
      for (const { id } of outputs) ids.add(id);
  return ids;
}

function gradientOf(
  node: TapeNode,
  dys: readonly (tf.Tensor | null)[],
): Record<string, () => tf.Tensor> {
  if (!node.gradient)
    throw new Error(
      `tfjs has no gradient for '${node.kernelName}'; call installGradients() of @pose-distill/tensor-ops`,
    );
  return node.gradient([...dys] as tf.Tensor[]);
}

/** Gradients with respect to some inputs, each a tensor of its own. */
function contributions(
  node: TapeNode,
  dys: readonly (tf.Tensor | null)[],
  names: readonly string[],
): tf.Tensor[] {
  const byName = gradientOf(node, dys);
  // A gradient function may answer with what it was given, which others own.
  const given = new Set<tf.Tensor | null>([...dys, ...(node.saved ?? [])]);
  return names.map((name) => {
    const part = byName[name]!();
    const own = given.has(part) ? tf.clone(part) : part;
    given.add(own);
    return own;
  });
}
