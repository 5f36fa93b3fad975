import { readFileSync } from 'node:fs';
import { type NpyArray, parseNpy } from '@pose-distill/internal-formats';
import * as tf from '@tensorflow/tfjs-core';
import type { PlainMap } from './plain-alignment.js';

/** `[N][H][W]` maps, one for each of B*K in order, to `[B,H,W,K]`. */
export function tensorOfMaps(maps: readonly PlainMap[], keypoints: number): tf.Tensor4D {
  const [height, width] = [maps[0]!.length, maps[0]![0]!.length];
  const batch = maps.length / keypoints;
  return tf.tidy(() => {
    const nchw = tf.tensor(
      maps.flatMap((map) => map.flat()),
      [batch, keypoints, height, width],
    );
    return tf.transpose(nchw, [0, 2, 3, 1]) as tf.Tensor4D;
  });
}

/** An array of a reference case. */
export function readArray(path: string): NpyArray {
  // A plain copy of the bytes: slices of Node's Buffer share one ArrayBuffer.
  return parseNpy(new Uint8Array(readFileSync(path)));
}

/** An NCHW array of a reference case as `[B,H,W,K]`. */
export function fromReference(array: NpyArray): tf.Tensor4D {
  return tf.tidy(
    () =>
      tf.transpose(
        tf.tensor4d(array.data as Float32Array, array.shape as [number, number, number, number]),
        [0, 2, 3, 1],
      ) as tf.Tensor4D,
  );
}

/** Values of `[B,H,W,K]` in NCHW order. */
export async function toReference(maps: tf.Tensor): Promise<Float32Array> {
  const nchw = tf.transpose(maps, [0, 3, 1, 2]);
  const data = (await nchw.data()) as Float32Array;
  nchw.dispose();
  return data;
}

/** A map from a function of (x, y), each value rounded to float32. */
export function mapOf(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): number[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => Math.fround(value(x, y))),
  );
}

export const gaussian =
  (cx: number, cy: number, sigma: number) =>
  (x: number, y: number): number =>
    Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma * sigma));
