import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedConv2D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { type Convolution, checkShape, convolutionOf } from './convolution.js';
import {
  denseFilterGradient,
  denseForward,
  denseInputGradient,
  type Filter,
  type Stack,
} from './dense.js';
import { addressOf, sizeOf } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** Names of `@pose-distill/tensor-ops`. */
const GROUPED = 'GroupedConv2D';

/** A convolution in groups (one, if not said): shapes, and the geometry of each group. */
interface Shapes {
  readonly groups: number;
  readonly group: Convolution;
  readonly input: readonly number[];
  readonly filter: readonly number[];
  readonly output: readonly number[];
}

function shapesOf(
  name: string,
  input: readonly number[],
  filter: readonly number[],
  attrs: KernelCall['attrs'],
): Shapes {
  const { groups = 1 } = attrs as { readonly groups?: number };
  const [height, width, channels, outChannels] = filter as [number, number, number, number];
  const groupInput = [...input.slice(0, 3), input[3]! / groups];
  const groupFilter = [height, width, channels, outChannels / groups];
  const group = convolutionOf(name, groupInput, groupFilter, attrs, false);
  const output = [group.batch, group.outHeight, group.outWidth, outChannels];
  return { groups, group, input, filter: [height, width, groupInput[3]!, outChannels], output };
}

/** The channels of one group in a tensor `[B, H, W, channels of all groups]`. */
const channelsOf = (
  address: number,
  shape: readonly number[],
  channels: number,
  group: number,
): Stack => ({
  address: address + 4 * group * channels,
  height: shape[1]!,
  width: shape[2]!,
  channels,
  pixel: shape[3]!,
});

/** The columns of one group in a filter. */
const columnsOf = (address: number, { filter, group }: Shapes, index: number): Filter => ({
  address: address + 4 * index * group.outChannels,
  row: filter[3]!,
});

/** Convolves group by group, each where its channels lie. */
function forEachGroup(
  shapes: Shapes,
  x: number,
  filter: number,
  y: number,
  run: (x: Stack, filter: Filter, y: Stack) => void,
): void {
  const { channels, outChannels } = shapes.group;
  for (let index = 0; index < shapes.groups; index++) {
    run(
      channelsOf(x, shapes.input, channels, index),
      columnsOf(filter, shapes, index),
      channelsOf(y, shapes.output, outChannels, index),
    );
  }
}

const forward =
  (name: string) =>
  (call: KernelCall): TensorInfo => {
    const { backend } = call;
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    const shapes = shapesOf(name, x.shape, filter.shape, call.attrs);
    const { group } = shapes;
    const xAddress = addressOf(backend, x, 'x');
    const filterAddress = addressOf(backend, filter, 'filter');
    checkShape(name, 'filter', filter, shapes.filter);
    const result = call.output(shapes.output);
    if (sizeOf(result.shape) === 0) return result;
    const address = addressOf(backend, result, 'output');
    forEachGroup(shapes, xAddress, filterAddress, address, (...parts) =>
      denseForward(call, group, ...parts),
    );
    return result;
  };

const plainConv2d = forward(Conv2D);

/** Between which values the activations that a fused convolution may carry keep them. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  linear: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
};

/** tfjs's FusedConv2D with a bias for each channel and an activation that is a range; others go to the kernel that was there. */
export const fusedConv2d: Kernel = {
  name: FusedConv2D,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend, native } = call;
    const { filter, bias, preluActivationWeights } = call.inputs;
    const range = RANGES[(call.attrs.activation as string | undefined) ?? 'linear'];
    const n = filter!.shape[3]!;
    const isSimple = bias === undefined || (bias.shape.length === 1 && bias.shape[0] === n);
    if ((range === undefined || !isSimple || preluActivationWeights) && call.previous) {
      return call.previous(call);
    }
    const result = plainConv2d(call);
    const size = sizeOf(result.shape);
    if (size === 0) return result;
    native.biasActivation(
      ...[addressOf(backend, result, 'output'), size / n, n],
      ...[bias === undefined ? 0 : addressOf(backend, bias, 'bias'), ...range!],
    );
    return result;
  },
};

const inputGradient = (name: string): Kernel => ({
  name,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, filter } = call.inputs as { dy: TensorInfo; filter: TensorInfo };
    const inputShape = call.attrs.inputShape as readonly number[];
    const shapes = shapesOf(name, inputShape, filter.shape, call.attrs);
    checkShape(name, 'dy', dy, shapes.output);
    checkShape(name, 'filter', filter, shapes.filter);
    const result = call.output(inputShape);
    if (sizeOf(result.shape) === 0) return result;
    const address = addressOf(backend, result, 'output');
    const filterAddress = addressOf(backend, filter, 'filter');
    forEachGroup(shapes, address, filterAddress, addressOf(backend, dy, 'dy'), (x, columns, y) =>
      denseInputGradient(call, shapes.group, y, columns, x),
    );
    return result;
  },
});

const filterGradient = (name: string): Kernel => ({
  name,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { x, dy } = call.inputs as { x: TensorInfo; dy: TensorInfo };
    const filterShape = call.attrs.filterShape as readonly number[];
    const shapes = shapesOf(name, x.shape, filterShape, call.attrs);
    checkShape(name, 'dy', dy, shapes.output);
    const result = call.output(filterShape);
    if (sizeOf(result.shape) === 0) return result;
    const xAddress = addressOf(backend, x, 'x');
    const address = addressOf(backend, result, 'output');
    forEachGroup(shapes, xAddress, address, addressOf(backend, dy, 'dy'), (from, columns, y) =>
      denseFilterGradient(call, shapes.group, from, y, columns),
    );
    return result;
  },
});

/** tfjs's Conv2D: x [B,H,W,C], filter [kh,kw,C,N] to [B,h,w,N]. */
export const conv2d: Kernel = { name: Conv2D, run: plainConv2d };
/** tfjs's Conv2DBackpropInput, which is also the forward pass of conv2dTranspose. */
export const conv2dBackpropInput: Kernel = inputGradient(Conv2DBackpropInput);
/** tfjs's Conv2DBackpropFilter: x [B,H,W,C], dy [B,h,w,N] to [kh,kw,C,N]. */
export const conv2dBackpropFilter: Kernel = filterGradient(Conv2DBackpropFilter);

/** tensor-ops' grouped convolution: x [B,H,W,C], filter [kh,kw,C/groups,N] to [B,h,w,N]. */
export const groupedConv2d: Kernel = { name: GROUPED, run: forward(GROUPED) };
/** Its gradient with respect to x. */
export const groupedConv2dBackpropInput: Kernel = inputGradient(`${GROUPED}BackpropInput`);
/** Its gradient with respect to the filter. */
export const groupedConv2dBackpropFilter: Kernel = filterGradient(`${GROUPED}BackpropFilter`);
