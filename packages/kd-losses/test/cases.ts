import { readFileSync } from 'node:fs';
import { parseNpy } from '@pose-distill/internal-formats';
import { goldenOrReference, readReferenceJson } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';

/** A reference case: loss, parameters, and arrays as tensors (maps become `[B,H,W,K]`). */
export interface LossCase<P> {
  readonly loss: number;
  readonly params: P;
  tensor(name: string): tf.Tensor;
  /** As stored: maps in NCHW order. */
  values(name: string): Float32Array;
}

/** Folder of a case: kept in the repository, or in the reference data; undefined when neither is there. */
export function lossFolder(name: string): string | undefined {
  const home = name.startsWith('hhd-') ? '../../hhd-align/test/golden' : './golden';
  return goldenOrReference(new URL(`${home}/${name}`, import.meta.url), 'losses', name);
}

export function openLossCase<P>(name: string): LossCase<P> {
  const folder = lossFolder(name);
  if (!folder) throw new Error(`no case ${name}; guard the test with lossFolder()`);
  const { loss, params } = readReferenceJson<{ loss: number; params: P }>(`${folder}/case.json`);
  // A plain copy of the bytes: slices of Node's Buffer share one ArrayBuffer.
  const array = (file: string) => parseNpy(new Uint8Array(readFileSync(`${folder}/${file}.npy`)));
  return {
    loss,
    params,
    values: (file) => Float32Array.from(array(file).data as Float32Array),
    tensor: (file) =>
      tf.tidy(() => {
        const { data, shape } = array(file);
        const tensor = tf.tensor(data as Float32Array, [...shape]);
        return shape.length === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
      }),
  };
}

/** Values in the order of the stored arrays. */
export async function storedOrder(tensor: tf.Tensor): Promise<Float32Array> {
  const nchw = tensor.rank === 4 ? tf.transpose(tensor, [0, 3, 1, 2]) : tf.clone(tensor);
  const data = (await nchw.data()) as Float32Array;
  nchw.dispose();
  return data;
}
