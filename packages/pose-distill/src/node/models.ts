import { join } from 'node:path';
import { PoseDistillError } from '../errors.js';
import { decodeModel, encodeModel, type Model } from '../model/model.js';
import { createDirectoryStore } from './directory-store.js';

/** Writes a model folder: `model.json` and `weights.safetensors`. */
export async function saveModel(directory: string, model: Model): Promise<void> {
  const store = createDirectoryStore(directory);
  for (const [name, content] of Object.entries(encodeModel(model)) as [string, Uint8Array][])
    await store.write(name, content);
}

/** Reads a model folder, or the `model` folder inside a run folder. */
export async function loadModel(directory: string): Promise<Model> {
  for (const folder of [directory, join(directory, 'model')]) {
    const store = createDirectoryStore(folder);
    const json = await store.read('model.json');
    const weights = await store.read('weights.safetensors');
    if (json && weights) return decodeModel(new TextDecoder().decode(json), weights, folder);
  }
  throw new PoseDistillError(
    'MISSING_FILE',
    `No model in ${directory}: expected model.json and weights.safetensors there or in its folder "model". ` +
      'Give the folder of a finished run.',
    { directory },
  );
}
