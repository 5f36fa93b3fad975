import {
  ClipByValue,
  Erf,
  Exp,
  LeakyRelu,
  Relu,
  Relu6,
  Softplus,
  Tanh,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, sizeOf } from './heap.js';
import type { Kernel } from './kernel.js';

/** The numbers of `assembly/activation.ts`. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  [Exp]: 0,
  [Tanh]: 1,
  [Erf]: 2,
  [Softplus]: 3,
  Gelu: 4,
  Silu: 5,
  HardSigmoid: 6,
  HardSwish: 7,
  [LeakyRelu]: 8,
  [Relu]: 9,
  [Relu6]: 10,
  [ClipByValue]: 11,
};

/** Functions of one value that tfjs calls one by one, and those of tensor-ops. */
const FORWARD = [
  ...[Exp, Tanh, Erf, Softplus, LeakyRelu],
  ...['Gelu', 'Silu', 'HardSigmoid', 'HardSwish'],
];

/** Whose gradients are one kernel, `name + 'Grad'`, of dy and x. */
const BACKWARD = [
  ...[LeakyRelu, Relu, Relu6, ClipByValue],
  ...['Gelu', 'Silu', 'HardSigmoid', 'HardSwish'],
];

function forward(name: string): Kernel {
  return {
    name,
    run: (call): TensorInfo | TensorInfo[] => {
      const { backend } = call;
      const { x } = call.inputs as { x: TensorInfo };
      if (x.dtype !== 'float32' && call.previous) return call.previous(call);
      const { alpha = 0 } = call.attrs as { alpha?: number };
      // The kernel takes the larger of x and alpha x, which for alpha > 1 is the other way round.
      if (alpha > 1 && call.previous) return call.previous(call);
      const result = call.output(x.shape);
      const addresses = [addressOf(backend, x, 'x'), addressOf(backend, result, 'output')];
      call.native.activation(FUNCTIONS[name]!, ...addresses, sizeOf(x.shape), alpha);
      return result;
    },
  };
}

function backward(name: string): Kernel {
  const kernel = `${name}Grad`;
  return {
    name: kernel,
    run: (call): TensorInfo => {
      const { backend } = call;
      const { dy, x } = call.inputs as { dy: TensorInfo; x: TensorInfo };
      const {
        alpha = 0,
        clipValueMin = alpha,
        clipValueMax = 0,
      } = call.attrs as {
        alpha?: number;
        clipValueMin?: number;
        clipValueMax?: number;
      };
      checkShape(kernel, 'dy', dy, x.shape);
      const result = call.output(x.shape);
      call.native.activationGradient(
        ...[FUNCTIONS[name]!, addressOf(backend, dy, 'dy'), addressOf(backend, x, 'x')],
        ...[addressOf(backend, result, 'dx'), sizeOf(x.shape), clipValueMin, clipValueMax],
      );
      return result;
    },
  };
}

/** Element by element: tfjs's Exp, Tanh, Erf, Softplus, LeakyRelu; tensor-ops's activations; and gradients. */
export const activations: readonly Kernel[] = [...FORWARD.map(forward), ...BACKWARD.map(backward)];
