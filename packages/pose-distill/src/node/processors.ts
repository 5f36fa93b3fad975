import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Physical cores that this process may run on: two threads of one core share its vector units, so that a second one computes
 * next to nothing more. Read from Linux's /proc and /sys; elsewhere what Node says, which counts threads.
 *
 * @param root of the file system, for tests
 */
export function physicalCores(root = '/'): number {
  const most = availableParallelism();
  try {
    const status = readFileSync(join(root, 'proc/self/status'), 'utf8');
    const allowed = parseList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)![1]!);
    const cores = new Set(
      allowed.map((cpu) => {
        const read = (name: string): string =>
          readFileSync(join(root, `sys/devices/system/cpu/cpu${cpu}/topology`, name), 'utf8');
        return `${read('physical_package_id').trim()}:${read('core_id').trim()}`;
      }),
    );
    return Math.max(1, Math.min(cores.size, most));
  } catch {
    return most;
  }
}

/** `0-3,8` as numbers. */
function parseList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
