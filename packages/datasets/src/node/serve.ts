import type { MessagePort } from 'node:worker_threads';
import { type BatchSource, makeBatch } from '../batch.js';
import { openFigures } from '../figure-store.js';
import type { PoseSample } from '../types.js';
import { readSampleImage } from './image-file.js';
import {
  type PostedTask,
  postError,
  type WorkerReply,
  type WorkerSetup,
} from './worker-protocol.js';

/** Makes the batches that come in, one after another, and hands their memory over. */
export function serveBatches(port: MessagePort, setup: WorkerSetup): void {
  const sourceOf = openSource(setup);
  const serve = async (task: PostedTask): Promise<void> => {
    try {
      const batch = await makeBatch(sourceOf(task), task.indices, task.options);
      const { images, keypoints, weights, sampleIndices, transforms } = batch;
      const memory = [images, keypoints, weights, sampleIndices, transforms].map(
        ({ buffer }) => buffer as ArrayBuffer,
      );
      port.postMessage({ id: task.id, batch } satisfies WorkerReply, memory);
    } catch (error) {
      port.postMessage({ id: task.id, error: postError(error) } satisfies WorkerReply);
    }
  };
  let last = Promise.resolve();
  port.on('message', (task: PostedTask) => {
    last = last.then(() => serve(task));
  });
}

function openSource({ skeleton, images }: WorkerSetup): (task: PostedTask) => BatchSource {
  if (images.kind === 'figures') {
    const { samples, readImage } = openFigures(images.figures);
    const source = {
      skeleton,
      samples,
      readImage: async (sample: PoseSample) => readImage(sample),
    };
    return () => source;
  }
  const readImage = (sample: PoseSample) => readSampleImage(images.directory, sample.file);
  return ({ indices, samples = [] }) => {
    const byIndex: { [index: number]: PoseSample; length: number } = { length: samples.length };
    samples.forEach((sample, row) => {
      byIndex[indices[row]!] = sample;
    });
    return { skeleton, samples: byIndex, readImage };
  };
}
