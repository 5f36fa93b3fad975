/** Where a run keeps its files. A write leaves the whole file or, if it fails, the one before. */
export interface Store {
  write(name: string, content: Uint8Array | string): Promise<void>;
  append(name: string, line: string): Promise<void>;
  /** The file, or undefined when there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Names that start with the prefix, sorted. */
  list(prefix: string): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

/** A store in memory, for tests and for runs that keep nothing. */
export function createMemoryStore(): Store {
  const files = new Map<string, Uint8Array>();
  const bytes = (content: Uint8Array | string): Uint8Array =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
  return {
    async write(name, content) {
      files.set(name, bytes(content));
    },
    async append(name, line) {
      const before = new TextDecoder().decode(files.get(name) ?? new Uint8Array());
      files.set(name, bytes(`${before}${line}\n`));
    },
    async read(name) {
      return files.get(name);
    },
    async list(prefix) {
      return [...files.keys()].filter((name) => name.startsWith(prefix)).sort();
    },
    async remove(name) {
      files.delete(name);
    },
  };
}
