import {
  broadcast_util,
  Equal,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  Maximum,
  Minimum,
  NotEqual,
  Select,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { addressOf, rawAddressOf, sizeOf } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** The numbers of `assembly/binary.ts`. */
const CHOICES: Readonly<Record<string, number>> = { [Maximum]: 0, [Minimum]: 1 };
const COMPARISONS: Readonly<Record<string, number>> = {
  ...{ [Greater]: 0, [GreaterEqual]: 1, [Less]: 2, [LessEqual]: 3, [Equal]: 4, [NotEqual]: 5 },
};

/** Addresses of two operands of one shape, or of which one is a single number; others go the way of tfjs. */
function operandsOf(
  { backend, inputs }: KernelCall,
  shape: readonly number[],
): { addresses: [number, number]; steps: [number, number] } | undefined {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const size = sizeOf(shape);
  const [sizeA, sizeB] = [sizeOf(a.shape), sizeOf(b.shape)];
  const fits = (own: number): boolean => own === size || own === 1;
  if (!fits(sizeA) || !fits(sizeB)) return undefined;
  return {
    addresses: [addressOf(backend, a, 'a'), addressOf(backend, b, 'b')],
    steps: [sizeA === 1 ? 0 : 16, sizeB === 1 ? 0 : 16],
  };
}

function binary(name: string, native: 'choose' | 'compare', kind: number): Kernel {
  return {
    name,
    run: (call): TensorInfo | TensorInfo[] => {
      const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
      const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
      const operands = operandsOf(call, shape);
      if (operands === undefined && call.previous) return call.previous(call);
      const result = call.output(shape, native === 'compare' ? 'bool' : 'float32');
      const to = rawAddressOf(call.backend, result);
      const { addresses, steps } = operands!;
      call.native[native](kind, ...addresses, ...steps, to, sizeOf(shape));
      return result;
    },
  };
}

/** tfjs's Select (tf.where) with a condition for every value. */
const select: Kernel = {
  name: Select,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend } = call;
    const { condition, t, e } = call.inputs as Record<'condition' | 't' | 'e', TensorInfo>;
    const size = sizeOf(t.shape);
    const isOurs = t.dtype === 'float32' && e.dtype === 'float32' && condition.dtype === 'bool';
    if ((!isOurs || sizeOf(condition.shape) !== size) && call.previous) return call.previous(call);
    const result = call.output(t.shape);
    call.native.select(
      ...[rawAddressOf(backend, condition), addressOf(backend, t, 't'), addressOf(backend, e, 'e')],
      ...[addressOf(backend, result, 'output'), size],
    );
    return result;
  },
};

/** Maxima, minima and comparisons of two tensors of one shape or with a number, and choices by a mask. */
export const binaries: readonly Kernel[] = [
  ...Object.entries(CHOICES).map(([name, kind]) => binary(name, 'choose', kind)),
  ...Object.entries(COMPARISONS).map(([name, kind]) => binary(name, 'compare', kind)),
  select,
];
