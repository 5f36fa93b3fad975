import * as tf from '@tensorflow/tfjs-core';
import { activeNodes, type TapeNode } from './tape.js';

/** Computes a step's value again, from what the tape saved for the step's own gradient. */
export type Remake = (saved: readonly tf.Tensor[]) => tf.Tensor;

/** A value that readers saved, and that is made again instead. */
interface Source {
  readonly node: TapeNode;
  readonly make: Remake;
  /** Readers that have not asked for it yet. */
  left: number;
  value?: tf.Tensor;
}

interface Slot {
  readonly index: number;
  readonly source: Source;
}

/**
 * Values of a recorded run that are not kept for the backward pass, because one pass over memory makes them again: a batch norm's
 * output comes from its input, which is kept anyway.
 */
export class Remakes {
  readonly #sources = new Map<tf.Tensor, Source>();
  readonly #slots = new Map<TapeNode, Slot[]>();

  /** Notes how the value of the step that just ran can be made again. */
  note(value: tf.Tensor, make: Remake): void {
    const node = activeNodes().findLast(({ outputs }) => outputs.includes(value));
    if (node) this.#sources.set(value, { node, make, left: 0 });
  }

  /** Takes a value that no later step reads out of what the steps saved. */
  letGo(value: tf.Tensor): void {
    const source = this.#sources.get(value);
    if (!source) return;
    const nodes = activeNodes();
    for (let i = nodes.length - 1; nodes[i] && nodes[i] !== source.node; i--) {
      const { saved = [] } = nodes[i]!;
      saved.forEach((tensor, index) => {
        if (tensor.dataId !== value.dataId || tensor.shape.length !== value.shape.length) return;
        tensor.dispose();
        source.left++;
        this.#slots.set(nodes[i]!, [...(this.#slots.get(nodes[i]!) ?? []), { index, source }]);
      });
    }
  }

  /** Makes what a node needs and was let go; the values are then the node's. */
  restore(node: TapeNode): void {
    for (const { index, source } of this.#slots.get(node) ?? []) {
      // What it is made from may have been let go itself: a batch norm may read another one's result.
      this.restore(source.node);
      source.value ??= source.make(source.node.saved ?? []);
      source.left--;
      node.saved![index] = source.left > 0 ? tf.clone(source.value) : source.value;
    }
    this.#slots.delete(node);
  }
}
