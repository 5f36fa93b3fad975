import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Store } from '../train/store.js';

/** A store in a folder. Files are written under a temporary name and renamed, so a reader sees all or nothing. */
export function createDirectoryStore(directory: string): Store {
  const path = (name: string): string => join(directory, name);
  const parents = (name: string): Promise<unknown> =>
    mkdir(dirname(path(name)), { recursive: true });
  return {
    async write(name, content) {
      await parents(name);
      const temporary = `${path(name)}.${process.pid}.tmp`;
      await writeFile(temporary, content);
      await rename(temporary, path(name));
    },
    async append(name, line) {
      await parents(name);
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
