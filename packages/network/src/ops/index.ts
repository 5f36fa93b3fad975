import type { Operation } from '../operation.js';
import { type ActivationAttributes, activationOperation } from './activation.js';
import { type AddAttributes, addOperation } from './add.js';
import { type BatchNormAttributes, batchNormOperation } from './batch-norm.js';
import { type ConcatAttributes, concatOperation } from './concat.js';
import { type ConvTranspose2dAttributes, convTranspose2dOperation } from './conv-transpose2d.js';
import { type Conv2dAttributes, conv2dOperation } from './conv2d.js';
import {
  type GlobalAveragePoolAttributes,
  globalAveragePoolOperation,
} from './global-average-pool.js';
import { type InputAttributes, inputOperation } from './input.js';
import { type LinearAttributes, linearOperation } from './linear.js';
import { avgPoolOperation, maxPoolOperation, type PoolAttributes } from './pool.js';
import {
  type ResizeAttributes,
  resizeBilinearOperation,
  resizeNearestOperation,
} from './resize.js';

/** The attributes of each operation, by its name. */
export interface OpAttributes {
  readonly input: InputAttributes;
  readonly conv2d: Conv2dAttributes;
  readonly convTranspose2d: ConvTranspose2dAttributes;
  readonly batchNorm: BatchNormAttributes;
  readonly activation: ActivationAttributes;
  readonly add: AddAttributes;
  readonly concat: ConcatAttributes;
  readonly resizeNearest: ResizeAttributes;
  readonly resizeBilinear: ResizeAttributes;
  readonly maxPool: PoolAttributes;
  readonly avgPool: PoolAttributes;
  readonly globalAveragePool: GlobalAveragePoolAttributes;
  readonly linear: LinearAttributes;
}

/** Names of the operations. */
export type OpName = keyof OpAttributes;

/** What the package knows of each operation, by its name. */
export const operations: { readonly [Op in OpName]: Operation<Op> } = {
  input: inputOperation,
  conv2d: conv2dOperation,
  convTranspose2d: convTranspose2dOperation,
  batchNorm: batchNormOperation,
  activation: activationOperation,
  add: addOperation,
  concat: concatOperation,
  resizeNearest: resizeNearestOperation,
  resizeBilinear: resizeBilinearOperation,
  maxPool: maxPoolOperation,
  avgPool: avgPoolOperation,
  globalAveragePool: globalAveragePoolOperation,
  linear: linearOperation,
};
