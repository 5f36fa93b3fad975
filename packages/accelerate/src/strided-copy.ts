import type { TensorInfo } from '@tensorflow/tfjs-core';
import { rawAddressOf, sizeOf, withScratch } from './heap.js';
import type { KernelCall } from './kernel.js';

/** One axis of the result, outermost first: its extent, and how many values apart its steps lie in the source. */
export interface Axis {
  readonly extent: number;
  /** 0 repeats, negative goes backwards. */
  readonly step: number;
}

interface Placed extends Axis {
  /** Values between steps in the result. */
  readonly place: number;
}

/** Steps between neighbours of each axis of a row-major array. */
export function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Leaves out axes of extent 1 and joins those that are one walk through the source. */
function simplify(axes: readonly Axis[]): Placed[] {
  const joined: Axis[] = [];
  for (const axis of axes) {
    const before = joined.at(-1);
    if (axis.extent === 1) continue;
    if (before !== undefined && before.step === axis.step * axis.extent) {
      joined[joined.length - 1] = { extent: before.extent * axis.extent, step: axis.step };
    } else joined.push(axis);
  }
  const places = stepsOf(joined.map(({ extent }) => extent));
  return joined.map((axis, i) => ({ ...axis, place: places[i]! }));
}

/** Whether the walk takes all values of x in their order, so that nothing has to move. */
export function isWhole(x: TensorInfo, axes: readonly Axis[]): boolean {
  const [only = { extent: 1, step: 1 }, ...others] = simplify(axes);
  return others.length === 0 && only.step === 1 && only.extent === sizeOf(x.shape);
}

/** Fills `result` with the values of a regular grid over `x`, which begins at value `start`. Four-byte types only. */
export function stridedCopy(
  call: KernelCall,
  x: TensorInfo,
  start: number,
  axes: readonly Axis[],
  result: TensorInfo,
): void {
  if (sizeOf(result.shape) === 0) return;
  const { backend, native, memory } = call;
  const all = simplify(axes);
  const last: Placed = all.pop() ?? { extent: 1, step: 1, place: 1 };
  // Where the result's last axis is not the source's, the axis that is makes sheets with it.
  const side = last.step === 1 || last.step === 0 ? -1 : all.findIndex(({ step }) => step === 1);
  const sheet = side >= 0;
  const outer = sheet ? all.filter((_, i) => i !== side) : all;
  const from = rawAddressOf(backend, x) + 4 * start;
  const to = rawAddressOf(backend, result);
  withScratch(backend, 16 * outer.length + 8, (table) => {
    const words = new Int32Array(memory.buffer, table, 4 * outer.length);
    outer.forEach(({ extent, step, place }, i) => {
      words.set([extent, 4 * step, 4 * place, 0], 4 * i);
    });
    if (sheet) {
      const { extent, place } = all[side]!;
      native.transposedSheets(
        ...[from, to, outer.length, table, last.extent, extent, 4 * last.step, 4 * place],
      );
    } else native.stridedRuns(from, to, outer.length, table, last.extent, 4 * last.step);
  });
}
