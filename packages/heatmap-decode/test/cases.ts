import { readFileSync } from 'node:fs';
import { parseNpy } from '@pose-distill/internal-formats';
import { goldenOrReference, readReferenceJson } from '@pose-distill/internal-testing';

/** A reference case: arrays by name and the parameters it was made with. */
export interface Case<P> {
  readonly params: P;
  floats(name: string): Float32Array;
  array(name: string): ReturnType<typeof parseNpy>;
}

/** Folder of a case: the copy kept here, or the one in the reference data; undefined when neither is there. */
export function caseFolder(name: string): string | undefined {
  return goldenOrReference(new URL(`./golden/${name}`, import.meta.url), 'codecs', name);
}

/** Opens a case by the name of its folder. */
export function openCase<P = Record<string, unknown>>(name: string): Case<P> {
  const folder = caseFolder(name);
  if (!folder) throw new Error(`no case ${name}; guard the test with caseFolder()`);
  // A plain copy of the bytes: slices of Node's Buffer share one ArrayBuffer.
  const array = (file: string): ReturnType<typeof parseNpy> =>
    parseNpy(new Uint8Array(readFileSync(`${folder}/${file}.npy`)));
  return {
    params: readReferenceJson<{ params: P }>(`${folder}/case.json`).params,
    array,
    floats: (file) => Float32Array.from(array(file).data as Float32Array),
  };
}

/** [N, K, H, W] -> [N, H, W, K]. */
export function toNHWC(
  data: Float32Array,
  [batch, count, height, width]: readonly [number, number, number, number],
): Float32Array {
  const out = new Float32Array(data.length);
  let at = 0;
  for (let b = 0; b < batch; b++)
    for (let k = 0; k < count; k++)
      for (let cell = 0; cell < width * height; cell++)
        out[(b * width * height + cell) * count + k] = data[at++]!;
  return out;
}
