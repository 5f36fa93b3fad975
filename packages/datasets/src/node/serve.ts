import type { MessagePort } from 'node:worker_threads';
import { type Batch, makeRows, type RowSource } from '../batch.js';
import { openFigures } from '../figure-store.js';
import { decodeImage, readSampleImage } from './image-file.js';
import {
  type BatchTask,
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
      const batch = await makeRows(sourceOf(task), task.indices, task.options);
      port.postMessage({ id: task.id, batch } satisfies WorkerReply, memoryOf(batch));
    } catch (error) {
      port.postMessage({ id: task.id, error: postError(error) } satisfies WorkerReply);
    }
  };
  let last = Promise.resolve();
  port.on('message', (task: PostedTask) => {
    last = last.then(() => serve(task));
  });
}

function memoryOf(batch: Batch): ArrayBuffer[] {
  const { images, keypoints, weights, sampleIndices, transforms, targets } = batch;
  const arrays = [images, keypoints, weights, sampleIndices, transforms];
  if (targets) arrays.push(targets.heatmaps, targets.weights);
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

/** What a task's batch is made from, in whatever thread. */
export function openSource({ skeleton, images }: WorkerSetup): (task: BatchTask) => RowSource {
  if (images.kind === 'figures') {
    const { samples, readImage } = openFigures(images.figures);
    return ({ indices, figures = indices }) => ({
      skeleton,
      sampleAt: (row) => samples[figures[row]!]!,
      readImage: async (sample) => readImage(sample),
    });
  }
  return ({ samples = [], pictures = [] }) => ({
    skeleton,
    sampleAt: (row) => samples[row]!,
    readImage: ({ file }, row) =>
      images.kind === 'posted'
        ? decodeImage(pictures[row]!, file, images.reading)
        : readSampleImage(images.directory, file, images.reading),
  });
}
