import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Store } from '../train/store.js';

/** Writes a file under a temporary name and renames it, so a reader sees all or nothing; makes its folder. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** A store in a folder; files are written whole or not at all. */
export function createDirectoryStore(directory: string): Store {
  const path = (name: string): string => join(directory, name);
  return {
    write: (name, content) => writeWhole(path(name), content),
    async append(name, line) {
      await mkdir(dirname(path(name)), { recursive: true });
      await appendFile(path(name), `${line}\n`);
    },
    async read(name) {
      return await absentAsUndefined(readFile(path(name)));
    },
    async list(prefix) {
      const folder = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/') + 1) : '';
      const names = (await absentAsUndefined(readdir(path(folder)))) ?? [];
      return names
        .map((name) => folder + name)
        .filter((name) => name.startsWith(prefix) && !name.endsWith('.tmp'))
        .sort();
    },
    async remove(name) {
      await rm(path(name), { force: true });
    },
  };
}

async function absentAsUndefined<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
