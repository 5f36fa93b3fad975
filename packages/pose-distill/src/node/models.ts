import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PoseDistillError } from '../errors.js';
import { decodeModel, encodeModel, type Model } from '../model/model.js';
import { createDirectoryStore } from './directory-store.js';

/** Writes a model folder: `model.json` and `weights.safetensors`. */
export async function saveModel(directory: string, model: Model): Promise<void> {
  const store = createDirectoryStore(directory);
  for (const [name, content] of Object.entries(encodeModel(model)) as [string, Uint8Array][])
    await store.write(name, content);
}

/**
 * Writes a model folder that was not there, whole or not at all.
 *
 * @throws PoseDistillError BAD_OPTION when there is something in the folder
 */
export async function saveNewModel(directory: string, model: Model): Promise<void> {
  const temporary = `${directory}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(temporary), { recursive: true });
    await saveModel(temporary, model);
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new PoseDistillError(
      'BAD_OPTION',
      `${directory} is there already and is not an empty folder. Choose another folder.`,
      { directory },
    );
  }
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
