import type { RunUsage } from '../train/train.js';

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** A run's memory in words. */
export function describeUsage({ peakBytes, heapBytes }: RunUsage): string {
  const heap = `heap ${mebibytes(heapBytes)}`;
  return peakBytes === undefined ? heap : `tensors ${mebibytes(peakBytes)} at most, ${heap}`;
}
