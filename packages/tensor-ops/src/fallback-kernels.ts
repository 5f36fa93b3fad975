import * as tf from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes } from './convolution-geometry.js';
import {
  conv2dBackpropFilterReference,
  conv2dBackpropInputReference,
  depthwiseConv2dBackpropFilterReference,
  depthwiseConv2dBackpropInputReference,
} from './convolution-reference.js';
import { type CorrectedKernel, correctedKernels } from './corrected-kernels.js';
import { einsumReference } from './einsum.js';
import { declareExactKernel, isExactKernel } from './kernels.js';

/** What `registerFallbackKernels` did, and how to take it back. */
export interface FallbackKernels {
  /** Kernels that the backend lacked. */
  readonly registered: readonly string[];
  /** Kernels of the backend that are composed now for the arguments at which they are wrong, and why. */
  readonly corrected: readonly { readonly kernel: string; readonly why: string }[];
  /** Puts the registry back as it was before; a second call does nothing. */
  undo(): void;
}

type Inputs = Readonly<Record<string, tf.Tensor4D>>;
type Attributes = ConvolutionAttributes & {
  readonly inputShape: number[];
  readonly filterShape: number[];
  readonly numSegments: number;
  readonly equation: string;
};

const missing: Readonly<Record<string, (inputs: Inputs, attributes: Attributes) => tf.Tensor>> = {
  [tf.Conv2DBackpropInput]: ({ dy, filter }, attributes) =>
    conv2dBackpropInputReference(dy!, filter!, attributes.inputShape, attributes),
  [tf.Conv2DBackpropFilter]: ({ x, dy }, attributes) =>
    conv2dBackpropFilterReference(x!, dy!, attributes.filterShape, attributes),
  [tf.DepthwiseConv2dNativeBackpropInput]: ({ dy, filter }, attributes) =>
    depthwiseConv2dBackpropInputReference(dy!, filter!, attributes.inputShape, attributes),
  [tf.DepthwiseConv2dNativeBackpropFilter]: ({ x, dy }, attributes) =>
    depthwiseConv2dBackpropFilterReference(x!, dy!, attributes.filterShape, attributes),
  [tf.Einsum]: (inputs, { equation }) => einsumReference(equation, Object.values(inputs)),
  [tf.UnsortedSegmentSum]: ({ x, segmentIds }, { numSegments }) =>
    tf.tidy(() => {
      const rows = tf.reshape(segmentIds!, [-1, 1]);
      return tf.scatterND(rows, x!, [numSegments, ...x!.shape.slice(1)]);
    }),
};

/**
 * Registers compositions of tfjs ops for kernels that a backend lacks (on wasm: Conv2DBackpropFilter, both
 * depthwise gradients, Einsum, UnsortedSegmentSum), so that any code which asks for those kernels works, and
 * for the arguments at which tfjs 4.22's own kernel gives wrong values (everywhere: some einsums; but on cpu: the border of
 * cropAndResize; on wasm: gather with `batchDims` and pools whose size is rounded up; on webgpu: reversed `cumsum`
 * and `cumprod`).
 *
 * The gradients of `installGradients` do not need this: they compose by themselves. Kernels that another
 * package declared exact stay.
 *
 * @param backendName a tfjs backend name, for example `'wasm'`; its package must be imported already
 * @returns what is composed now, and a function that takes it out again
 * @example
 * registerFallbackKernels('wasm').registered; // ['Conv2DBackpropFilter', …]
 */
export function registerFallbackKernels(backendName: string): FallbackKernels {
  const added: { name: string; before: tf.KernelConfig | undefined; now: tf.KernelFunc }[] = [];
  const register = (name: string, now: tf.KernelFunc): void => {
    const before = tf.getKernel(name, backendName) as tf.KernelConfig | undefined;
    if (before) tf.unregisterKernel(name, backendName);
    tf.registerKernel({ kernelName: name, backendName, kernelFunc: now });
    added.push({ name, before, now });
  };
  const registered = Object.keys(missing).filter((name) => !tf.getKernel(name, backendName));
  for (const name of registered) {
    const compose: tf.KernelFunc = ({ inputs, attrs }) =>
      missing[name]!(inputs as unknown as Inputs, attrs as unknown as Attributes);
    register(name, declareExactKernel(compose));
  }
  const corrected = correctedKernels.filter(({ kernel, backends }) => {
    const config = tf.getKernel(kernel, backendName) as tf.KernelConfig | undefined;
    return (
      backends.includes(backendName) && config !== undefined && !isExactKernel(config.kernelFunc)
    );
  });
  for (const each of corrected) {
    register(each.kernel, correction(each, tf.getKernel(each.kernel, backendName).kernelFunc));
  }
  return {
    registered,
    corrected: corrected.map(({ kernel, why }) => ({ kernel, why })),
    undo: () => {
      for (const { name, before, now } of added.splice(0)) {
        // Someone may have put a better kernel in its place since; that one stays.
        const config = tf.getKernel(name, backendName) as tf.KernelConfig | undefined;
        if (config?.kernelFunc !== now) continue;
        tf.unregisterKernel(name, backendName);
        if (before) tf.registerKernel(before);
      }
    },
  };
}

/** Composes where the kernel that was there is wrong, and calls it elsewhere. */
function correction({ isWrong, compose }: CorrectedKernel, before: tf.KernelFunc): tf.KernelFunc {
  return declareExactKernel((call) => {
    const inputs = call.inputs as unknown as Readonly<Record<string, tf.Tensor>>;
    const attributes = call.attrs as unknown as Readonly<Record<string, unknown>>;
    return isWrong(inputs, attributes) ? tf.tidy(() => compose(inputs, attributes)) : before(call);
  });
}
