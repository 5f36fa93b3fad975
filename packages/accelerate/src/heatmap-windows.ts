import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, rawAddressOf, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** The codes of `assembly/heatmap-windows.ts`. */
const NORMALISATIONS: Readonly<Record<string, number>> = { none: 0, l1: 1, l2: 2, softmax: 3 };

/** Sizes of the maps `[B,H,W,K]` that the rows `[B*K,H*W]` hold. */
interface Attributes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly keypoints: number;
}

interface WindowAttributes extends Attributes {
  readonly sideX: number;
  readonly sideY: number;
  readonly normalisation: string;
  readonly epsilon: number;
}

/** Address of rows or centres of a kernel, their shape checked. */
function rowsOf(call: KernelCall, name: string, rows: TensorInfo): number {
  const { batch, height, width, keypoints } = call.attrs as unknown as Attributes;
  checkShape(name, 'rows', rows, [batch * keypoints, height * width]);
  return addressOf(call.backend, rows, 'rows');
}

function centresOf(call: KernelCall, name: string, centres: TensorInfo): number {
  const { batch, keypoints } = call.attrs as unknown as Attributes;
  checkShape(name, 'centres', centres, [batch, keypoints, 2]);
  return rawAddressOf(call.backend, centres);
}

/** hhd-align's HhdPeaks: the first maximum of each map. */
export const hhdPeaks: Kernel = {
  name: 'HhdPeaks',
  run: (call): TensorInfo => {
    const { rows } = call.inputs as { rows: TensorInfo };
    const { batch, height, width, keypoints } = call.attrs as unknown as Attributes;
    const address = rowsOf(call, 'HhdPeaks', rows);
    const peaks = call.output([batch, keypoints, 2], 'int32');
    const to = rawAddressOf(call.backend, peaks);
    call.native.heatmapPeaks(address, to, batch * keypoints, width, height);
    return peaks;
  },
};

/** hhd-align's HhdCentres: where the students' windows go. */
export const hhdCentres: Kernel = {
  name: 'HhdCentres',
  run: (call): TensorInfo => {
    const { backend, native } = call;
    const { rows, peaks } = call.inputs as { rows: TensorInfo; peaks: TensorInfo };
    const { batch, height, width, keypoints } = call.attrs as unknown as Attributes;
    const { beta, flatMean } = call.attrs as { beta: number; flatMean: number };
    const from = [rowsOf(call, 'HhdCentres', rows), centresOf(call, 'HhdCentres', peaks)];
    const centres = call.output([batch, keypoints, 2], 'int32');
    const to = rawAddressOf(backend, centres);
    withScratch(backend, 4 * height * width, (scratch) =>
      native.studentCentres(
        ...[...from, to, batch * keypoints, width, height],
        ...[beta, flatMean, scratch],
      ),
    );
    return centres;
  },
};

/** hhd-align's HhdWindows: normalised windows, and what normalised each map. */
export const hhdWindows: Kernel = {
  name: 'HhdWindows',
  run: (call): TensorInfo[] => {
    const { backend, native } = call;
    const { rows, centres } = call.inputs as { rows: TensorInfo; centres: TensorInfo };
    const attrs = call.attrs as unknown as WindowAttributes;
    const { batch, height, width, keypoints, sideX, sideY, epsilon } = attrs;
    const from = [rowsOf(call, 'HhdWindows', rows), centresOf(call, 'HhdWindows', centres)];
    const windows = call.output([batch, keypoints, sideY, sideX]);
    const scales = call.output([batch * keypoints, 2]);
    const to = [addressOf(backend, windows, 'windows'), addressOf(backend, scales, 'scales')];
    withScratch(backend, 4 * height * width, (scratch) =>
      native.heatmapWindows(
        ...[...from, ...to, batch * keypoints, width, height, sideX, sideY],
        ...[NORMALISATIONS[attrs.normalisation]!, epsilon, scratch],
      ),
    );
    return [windows, scales];
  },
};

/** hhd-align's HhdWindowsGrad; rows, windows and scales are there when the maps were normalised. */
export const hhdWindowsGrad: Kernel = {
  name: 'HhdWindowsGrad',
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, rows, centres, windows, scales } = call.inputs;
    const attrs = call.attrs as unknown as WindowAttributes;
    const { batch, height, width, keypoints, sideX, sideY } = attrs;
    const normalisation = NORMALISATIONS[attrs.normalisation]!;
    const window = [batch, keypoints, sideY, sideX];
    if (sizeOf(dy!.shape) !== sizeOf(window)) checkShape('HhdWindowsGrad', 'dy', dy!, window);
    const centre = centresOf(call, 'HhdWindowsGrad', centres!);
    const saved = [0, 0, 0];
    if (normalisation !== 0) {
      checkShape('HhdWindowsGrad', 'windows', windows!, window);
      checkShape('HhdWindowsGrad', 'scales', scales!, [batch * keypoints, 2]);
      saved[0] = rowsOf(call, 'HhdWindowsGrad', rows!);
      saved[1] = addressOf(backend, windows!, 'windows');
      saved[2] = addressOf(backend, scales!, 'scales');
    }
    const dx = call.output([batch * keypoints, height * width]);
    call.native.heatmapWindowsGradient(
      ...[addressOf(backend, dy!, 'dy'), saved[0]!, centre, saved[1]!, saved[2]!],
      ...[addressOf(backend, dx, 'dx'), batch * keypoints, width, height],
      ...[sideX, sideY, normalisation],
    );
    return dx;
  },
};
