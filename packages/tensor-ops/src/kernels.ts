import * as tf from '@tensorflow/tfjs-core';

/** Kernel names this package owns; a backend package may register fast kernels under them. */
export const BATCH_NORM_TRAIN = 'BatchNormTrain';
export const BATCH_NORM_TRAIN_GRAD = 'BatchNormTrainGrad';
export const BATCH_NORM_APPLY = 'BatchNormApply';
export const ADAM_UPDATE = 'AdamUpdate';
export const GROUPED_CONV2D = 'GroupedConv2D';
export const GROUPED_CONV2D_BACKPROP_INPUT = 'GroupedConv2DBackpropInput';
export const GROUPED_CONV2D_BACKPROP_FILTER = 'GroupedConv2DBackpropFilter';
export const LAYER_NORM = 'LayerNorm';
export const LAYER_NORM_GRAD = 'LayerNormGrad';

/** Whether the current backend has a kernel of this name. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** Runs a kernel of the current backend and returns its outputs as a list. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: object,
): tf.Tensor[] {
  const result: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(name, { ...inputs }, attributes as tf.NamedAttrMap);
  return Array.isArray(result) ? result : [result];
}

/** On the function itself and under a name that all copies share: a bundle may hold this package twice. */
const EXACT: unique symbol = Symbol.for('@pose-distill/tensor-ops: exact kernel');

/**
 * Says that a kernel registered under one of tfjs's names computes the right answer for all its
 * attributes, so that the gradients of this package call it where they would distrust the stock one
 * (`MaxPoolGrad`, `AvgPoolGrad`, `ResizeBilinearGrad`, `ResizeNearestNeighborGrad`).
 *
 * @returns the same function, to be used in the kernel's registration
 */
export function declareExactKernel(kernel: tf.KernelFunc): tf.KernelFunc {
  Object.defineProperty(kernel, EXACT, { value: true, configurable: true });
  return kernel;
}

export function isExactKernel(kernel: tf.KernelFunc): boolean {
  return (kernel as tf.KernelFunc & { [EXACT]?: boolean })[EXACT] === true;
}

/** Whether the current backend's kernel of this name was declared exact. */
export function hasExactKernel(name: string): boolean {
  const config = tf.getKernel(name, tf.getBackend());
  return config !== undefined && isExactKernel(config.kernelFunc);
}
