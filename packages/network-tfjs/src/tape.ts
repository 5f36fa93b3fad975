import * as tf from '@tensorflow/tfjs-core';

/** One recorded operation, as tfjs keeps it. */
export type TapeNode = ReturnType<typeof tf.engine>['state']['activeTape'][number];

/**
 * Whether a gradient is being recorded here that will be taken once: the case in which a tape of our own may free what its
 * gradient has used.
 */
export function isRecordingOnce(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth === 1 && kernelDepth === 0;
}

/** Runs `f` with a tape of its own, and gives what was recorded. The saved tensors of the nodes are the caller's. */
export function recordTape<T>(f: () => T): { readonly result: T; readonly nodes: TapeNode[] } {
  const { state } = tf.engine();
  const { activeTape, gradientDepth } = state;
  const nodes: TapeNode[] = [];
  state.activeTape = nodes;
  state.gradientDepth = 1;
  try {
    return { result: f(), nodes };
  } catch (error) {
    disposeSaved(nodes);
    throw error;
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}

/** What has been recorded so far. */
export function activeNodes(): readonly TapeNode[] {
  return tf.engine().state.activeTape;
}

/** Runs `f` without recording. */
export function withoutTape<T>(f: () => T): T {
  const { state } = tf.engine();
  const { gradientDepth } = state;
  state.gradientDepth = 0;
  try {
    return f();
  } finally {
    state.gradientDepth = gradientDepth;
  }
}

/**
 * Puts one node on tfjs's tape.
 *
 * @param inputs by any name; `gradient` answers with the same names
 * @param saved disposed by tfjs when the gradient has been taken; more may be added until then
 */
export function addTapeNode(node: Omit<Required<TapeNode>, 'id'>): void {
  const { state } = tf.engine();
  state.activeTape.push({ id: state.nextTapeNodeId++, ...node });
}

export function disposeSaved(nodes: readonly TapeNode[]): void {
  for (const { saved } of nodes) if (saved) tf.dispose(saved);
}

/** A reference of our own to a tensor's values, which no scope disposes. */
export function hold(tensor: tf.Tensor): tf.Tensor {
  return tf.keep(withoutTape(() => tf.clone(tensor)));
}
