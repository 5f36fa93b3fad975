import * as tf from '@tensorflow/tfjs-core';

/** Kernel names this package owns; a backend package may register fast kernels under them. */
export const HHD_PEAKS = 'HhdPeaks';
export const HHD_CENTRES = 'HhdCentres';
export const HHD_WINDOWS = 'HhdWindows';
export const HHD_WINDOWS_GRAD = 'HhdWindowsGrad';

/** Outputs of a kernel of the current backend, or nothing where it has none of this name: then the composed form runs. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: object,
): tf.Tensor[] | undefined {
  if (tf.getKernel(name, tf.getBackend()) === undefined) return undefined;
  const result: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(name, { ...inputs }, { ...attributes } as tf.NamedAttrMap);
  return Array.isArray(result) ? result : [result];
}
