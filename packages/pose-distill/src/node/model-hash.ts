import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** SHA-256 of a model folder's two files, or of those in its folder `model`; undefined where there is no model. */
export async function hashModel(
  directory: string,
): Promise<{ readonly model: string; readonly weights: string } | undefined> {
  for (const folder of [directory, join(directory, 'model')]) {
    const [model, weights] = await Promise.all(
      ['model.json', 'weights.safetensors'].map((name) =>
        readFile(join(folder, name)).then(sha256, () => undefined),
      ),
    );
    if (model && weights) return { model, weights };
  }
  return undefined;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
