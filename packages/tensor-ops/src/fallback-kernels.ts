import * as tf from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes } from './convolution-geometry.js';
import {
  conv2dBackpropFilterReference,
  conv2dBackpropInputReference,
  depthwiseConv2dBackpropFilterReference,
  depthwiseConv2dBackpropInputReference,
} from './convolution-reference.js';

type Inputs = Readonly<Record<string, tf.Tensor4D>>;
type Attributes = ConvolutionAttributes & {
  readonly inputShape: number[];
  readonly filterShape: number[];
};

const fallbacks: Readonly<Record<string, (inputs: Inputs, attributes: Attributes) => tf.Tensor>> = {
  [tf.Conv2DBackpropInput]: ({ dy, filter }, attributes) =>
    conv2dBackpropInputReference(dy!, filter!, attributes.inputShape, attributes),
  [tf.Conv2DBackpropFilter]: ({ x, dy }, attributes) =>
    conv2dBackpropFilterReference(x!, dy!, attributes.filterShape, attributes),
  [tf.DepthwiseConv2dNativeBackpropInput]: ({ dy, filter }, attributes) =>
    depthwiseConv2dBackpropInputReference(dy!, filter!, attributes.inputShape, attributes),
  [tf.DepthwiseConv2dNativeBackpropFilter]: ({ x, dy }, attributes) =>
    depthwiseConv2dBackpropFilterReference(x!, dy!, attributes.filterShape, attributes),
};

/**
 * Registers compositions of tfjs ops for the convolution gradient kernels that a backend lacks (on
 * wasm: Conv2DBackpropFilter and both depthwise ones), so that any code which asks for those kernels
 * works. The gradients of `installGradients` do not need this: they compose by themselves.
 *
 * @param backendName a tfjs backend name, for example `'wasm'`
 * @returns the names registered now, and a function that takes them out again
 */
export function registerFallbackKernels(backendName: string): {
  readonly registered: readonly string[];
  undo(): void;
} {
  const added = new Map<string, tf.KernelFunc>();
  for (const [kernelName, compose] of Object.entries(fallbacks)) {
    if ((tf.getKernel(kernelName, backendName) as unknown) !== undefined) continue;
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) =>
      compose(inputs as unknown as Inputs, attrs as unknown as Attributes);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
    added.set(kernelName, kernelFunc);
  }
  return {
    registered: [...added.keys()],
    undo: () => {
      for (const [kernelName, kernelFunc] of added) {
        // Someone may have put a better kernel in its place since; that one stays.
        const config = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
        if (config?.kernelFunc === kernelFunc) tf.unregisterKernel(kernelName, backendName);
      }
      added.clear();
    },
  };
}
