import type { Batch } from '@pose-distill/datasets';
import { encodeHeatmaps } from '@pose-distill/heatmap-decode';
import * as tf from '@tensorflow/tfjs-core';
import type { Maps, Plan } from './plan.js';
import type { BatchTensors } from './step.js';
import { isMapSource } from './teacher.js';

/** `toBatchTensors` with the maps of the plan's teachers that are no networks. */
export async function toTaughtBatch(plan: Plan, batch: Batch): Promise<BatchTensors> {
  const teachers: Record<string, Maps> = {};
  for (const [name, teacher] of Object.entries(plan.teachers ?? {})) {
    if (!isMapSource(teacher)) continue;
    const maps = await teacher.maps(batch);
    teachers[name] = Object.fromEntries(
      Object.entries(teacher.outputs).map(([output, shape]) => [
        output,
        tf.tensor4d(maps[output]!, [batch.size, ...shape]),
      ]),
    );
  }
  return { ...toBatchTensors(plan, batch), teachers };
}

/** Puts a batch and its targets on the backend; the caller disposes them with `disposeBatch`. */
export function toBatchTensors(plan: Plan, batch: Batch): BatchTensors {
  const { inputSize, heatmapSize, sigma, skeleton } = plan;
  const count = skeleton.keypoints.length;
  const size = batch.size;
  const encoded = encodeHeatmaps(
    { keypoints: batch.keypoints, weights: batch.weights },
    { batch: size, keypointCount: count, inputSize, heatmapSize, sigma },
  );
  const coordinates = new Float32Array(batch.keypoints.length);
  for (let i = 0; i < coordinates.length; i += 2) {
    coordinates[i] = batch.keypoints[i]! / inputSize.width;
    coordinates[i + 1] = batch.keypoints[i + 1]! / inputSize.height;
  }
  return {
    image: toImageTensor(plan, batch),
    targets: {
      heatmaps: tf.tensor4d(encoded.heatmaps, [size, heatmapSize.height, heatmapSize.width, count]),
      coordinates: tf.tensor3d(coordinates, [size, count, 2]),
      weights: tf.tensor2d(encoded.weights, [size, count]),
    },
  };
}

export function toImageTensor(plan: Pick<Plan, 'inputSize'>, batch: Batch): tf.Tensor4D {
  const { height, width } = plan.inputSize;
  return tf.tensor4d(batch.images, [batch.size, height, width, 3]);
}

export function disposeBatch(batch: BatchTensors): void {
  const { image, targets, teachers = {} } = batch;
  tf.dispose([image, targets.heatmaps, targets.coordinates, targets.weights]);
  for (const maps of Object.values(teachers)) tf.dispose(Object.values(maps));
}
