import type { Batch } from '@pose-distill/datasets';
import { prune } from '@pose-distill/network';
import { run } from '@pose-distill/network-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { TOO_LARGE_FOR_HALF } from '../cache/codec.js';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { loadFolded } from '../train/load-folded.js';
import { inputSizeOf } from '../train/predict.js';
import { type MapShape, outputShapes } from '../train/teacher.js';
import { startBackend } from './backend.js';

/** A teacher that gives its maps as arrays. */
export interface MapMaker {
  /** [B,H,W,C] by output name. */
  maps(batch: Batch): Promise<Readonly<Record<string, Float32Array>>>;
  dispose(): void;
}

/** Puts a teacher on the backend, as the trainer does with a live one. */
export async function createMapMaker(model: Model, outputs: readonly string[]): Promise<MapMaker> {
  await startBackend();
  const { network, variables } = loadFolded(model);
  const pruned = prune(network, outputs);
  const { height, width } = inputSizeOf(model);
  return {
    async maps({ images, size }) {
      const tensors = tf.tidy(() => {
        const image = tf.tensor4d(images, [size, height, width, 3]);
        return run(pruned, variables, { image }, { training: false }).outputs;
      });
      const entries = Object.entries(tensors).map(
        async ([name, tensor]) => [name, (await tensor.data()) as Float32Array] as const,
      );
      try {
        return Object.fromEntries(await Promise.all(entries));
      } finally {
        tf.dispose(Object.values(tensors));
      }
    },
    dispose: () => tf.dispose(Object.values(variables)),
  };
}

/**
 * [H,W,C] of a model's outputs.
 *
 * @param place names the model in errors
 * @throws PoseDistillError BAD_OPTION for an output that is not there, or that has other channels than a map a keypoint
 */
export function mapShapes(
  { network, skeleton }: Model,
  names: readonly string[],
  place: string,
): Readonly<Record<string, MapShape>> {
  const keypoints = skeleton.keypoints.length;
  const shapes = outputShapes(network);
  const usable = (output: string): boolean =>
    shapes[output]?.length === 3 && shapes[output][2] === keypoints;
  const wrong = names.filter((name) => !usable(name));
  if (names.length === 0 || wrong.length)
    throw new PoseDistillError(
      'BAD_OPTION',
      `The teacher in ${place} gives no [H,W,${keypoints}] maps, one a keypoint, under the name ${wrong.join(', ')}. ` +
        `It does under: ${Object.keys(network.outputs).filter(usable).join(', ') || 'none'}.`,
      { outputs: Object.keys(network.outputs) },
    );
  return Object.fromEntries(names.map((name) => [name, shapes[name]!]));
}

/** Throws NON_FINITE for maps that half precision cannot hold; `place` says whose they are. */
export function checkStorable(maps: Float32Array, place: string): void {
  // NaN fails every comparison.
  const bad = maps.findIndex((value) => !(Math.abs(value) < TOO_LARGE_FOR_HALF));
  if (bad < 0) return;
  throw new PoseDistillError(
    'NON_FINITE',
    `${place}: the teacher's map holds ${maps[bad]}, which a cache cannot (finite numbers up to 65,504). Check the teacher and the picture.`,
    { value: maps[bad] },
  );
}
