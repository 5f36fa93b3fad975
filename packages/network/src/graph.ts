import type { Network } from './types.js';

/** How often each node is read, by nodes and as an output. */
export function countReaders({ nodes, outputs }: Network): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap(({ inputs }) => inputs), ...Object.values(outputs)])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}
