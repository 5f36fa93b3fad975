import { NetworkError } from '../error.js';
import { createValue, noParameters, type Operation, one, sizeOf } from '../operation.js';
import type { Value } from '../types.js';

/**
 * Functions of one number. `sigmoid` is `1 / (1 + exp(-x))`; `hardSigmoid` `relu6(x + 3) / 6`; `hardSwish`
 * `x * hardSigmoid(x)`; `silu` `x * sigmoid(x)`; `gelu` the exact `x * (1 + erf(x / sqrt(2))) / 2`; `softplus`
 * `log(1 + exp(x))`; `leakyRelu` `x` above 0 and `slope * x` below.
 */
export type ActivationFunction =
  | 'relu'
  | 'relu6'
  | 'leakyRelu'
  | 'sigmoid'
  | 'hardSigmoid'
  | 'hardSwish'
  | 'silu'
  | 'gelu'
  | 'softplus'
  | 'tanh';

export interface ActivationAttributes {
  readonly function: ActivationFunction;
  /** Of `leakyRelu` and only there. */
  readonly slope?: number;
}

/** Those that published counts know as layers of their own. */
const COUNTED: ReadonlySet<ActivationFunction> = new Set(['relu', 'relu6', 'leakyRelu']);

const NAMES: readonly ActivationFunction[] = [
  'relu',
  'relu6',
  'leakyRelu',
  'sigmoid',
  'hardSigmoid',
  'hardSwish',
  'silu',
  'gelu',
  'softplus',
  'tanh',
];

export const activationOperation: Operation<'activation'> = {
  op: 'activation',
  arity: one,
  schema: { function: NAMES, slope: 'number?' },
  shape([input], { function: which, slope }, where) {
    if ((which === 'leakyRelu') !== (slope !== undefined))
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: leakyRelu and no other function has a slope, got ${which} with slope ${slope}`,
        { function: which, slope },
      );
    return input!;
  },
  parameters: noParameters,
  cost: (_, { function: which }, output) => ({
    activated: COUNTED.has(which) ? sizeOf(output) : 0,
  }),
};

/** Options of an activation. */
export interface ActivationOptions {
  /** @param name of the node; default `<input>/<function>` */
  readonly name?: string;
}

/** Applies an activation by name. @param options its `slope` is for `leakyRelu`, default 0.01 */
export function activation(
  x: Value,
  which: ActivationFunction,
  options: ActivationOptions & { readonly slope?: number } = {},
): Value {
  const { name = `${x.name}/${which}`, slope = which === 'leakyRelu' ? 0.01 : undefined } = options;
  return createValue(activationOperation, name, [x], {
    function: which,
    ...(slope !== undefined && { slope }),
  });
}

/** `max(x, 0)`. */
export function relu(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'relu', options);
}

/** `min(max(x, 0), 6)`. */
export function relu6(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'relu6', options);
}

/** `x` above 0, `slope * x` below. @param options its `slope` defaults to 0.01 */
export function leakyRelu(
  x: Value,
  options: ActivationOptions & { readonly slope?: number } = {},
): Value {
  return activation(x, 'leakyRelu', options);
}

/** `1 / (1 + exp(-x))`. */
export function sigmoid(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'sigmoid', options);
}

/** `relu6(x + 3) / 6` (Howard et al., MobileNetV3, ICCV 2019). */
export function hardSigmoid(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'hardSigmoid', options);
}

/** `x * relu6(x + 3) / 6` (Howard et al., MobileNetV3, ICCV 2019). */
export function hardSwish(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'hardSwish', options);
}

/** `x * sigmoid(x)`, also called swish. */
export function silu(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'silu', options);
}

/** `x * (1 + erf(x / sqrt(2))) / 2`, the exact form (Hendrycks and Gimpel, 2016). */
export function gelu(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'gelu', options);
}

/** `log(1 + exp(x))`. */
export function softplus(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'softplus', options);
}

/** Hyperbolic tangent. */
export function tanh(x: Value, options: ActivationOptions = {}): Value {
  return activation(x, 'tanh', options);
}
