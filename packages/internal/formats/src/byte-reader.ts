/** Hands out the bytes of a stream of chunks in pieces of any size. */
export interface ByteReader {
  readonly offset: number;
  /** The next `count` bytes in memory of their own, fewer at the end. */
  take(count: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function createByteReader(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): ByteReader {
  const chunks =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let at = 0;
  let offset = 0;
  let ended = false;
  return {
    get offset() {
      return offset;
    },
    async take(count) {
      const parts: Uint8Array[] = [];
      let missing = count;
      while (missing > 0) {
        if (at === chunk.length) {
          const next = await chunks.next();
          if (next.done) {
            ended = true;
            break;
          }
          chunk = next.value;
          at = 0;
          continue;
        }
        const part = chunk.subarray(at, at + missing);
        parts.push(part);
        at += part.length;
        missing -= part.length;
      }
      const taken = new Uint8Array(count - missing);
      let to = 0;
      for (const part of parts) {
        taken.set(part, to);
        to += part.length;
      }
      offset += taken.length;
      return taken;
    },
    async close() {
      if (!ended) await chunks.return?.();
    },
  };
}
