import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/pose-distill.js', import.meta.url));

/** What a command left on the terminal. */
export interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** A folder to run the built command in, gone after the tests of the file. */
export interface Workplace {
  readonly folder: string;
  /** Runs the command; `interruptAt` sends SIGINT once stderr matches. */
  run(args: readonly string[], interruptAt?: RegExp): Promise<Outcome>;
  /** Writes a file, text as it is and anything else as JSON, and gives its path. */
  put(name: string, content: unknown): string;
}

export function createWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'pose-distill-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    run: (args, interruptAt) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [BIN, ...args], { cwd: folder });
        let [out, error, interrupted] = ['', '', false];
        child.stdout.on('data', (data) => {
          out += data;
        });
        child.stderr.on('data', (data) => {
          error += data;
          if (interruptAt?.test(error) && !interrupted) {
            interrupted = true;
            child.kill('SIGINT');
          }
        });
        child.on('close', (status) => resolve({ status, out, error }));
      }),
    put(name, content) {
      const path = join(folder, name);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    },
  };
}
