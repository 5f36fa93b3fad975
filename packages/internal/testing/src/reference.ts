import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NpyArray, parseNpy } from '@pose-distill/internal-formats';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const DATA = process.env.POSE_DISTILL_DATA ?? resolve(ROOT, '../shared/data');

/** Absolute path of a file of the reference data. */
export function referencePath(...parts: string[]): string {
  return join(DATA, ...parts);
}

/** Whether a part of the reference data is on this machine; says so once when it is not. */
export function hasReferenceData(...parts: string[]): boolean {
  const path = referencePath(...parts);
  if (existsSync(path)) return true;
  console.warn(`skipped: no reference data at ${path} (set POSE_DISTILL_DATA)`);
  return false;
}

/** The case folder kept in the repository under `golden` (a file URL), or the same one in the reference data. */
export function goldenOrReference(golden: URL, ...reference: string[]): string | undefined {
  const kept = fileURLToPath(golden);
  if (existsSync(kept)) return kept;
  return hasReferenceData(...reference) ? referencePath(...reference) : undefined;
}

export function readReferenceJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export function readNpy(path: string): NpyArray {
  return parseNpy(readFileSync(path));
}

/** Names of the folders in a folder of reference data; a single empty one when it is missing, for suites that are skipped then. */
export function referenceFolders(path: string): string[] {
  if (!existsSync(referencePath(path))) return [''];
  return readdirSync(referencePath(path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
