import { readFileSync } from 'node:fs';

const AsyncFunction = (async () => {}).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<void>;

/**
 * Runs the first program of a README, and gives what it logs and what the comments behind its `console.log` lines promise.
 *
 * @param modules what the program may import, by name; imports for their effects only are left out
 * @example
 * const { logged, promised } = await runReadmeExample(new URL('../README.md', import.meta.url), { '@pose-distill/x': x });
 */
export async function runReadmeExample(
  readme: URL,
  modules: Readonly<Record<string, object>>,
): Promise<{ readonly logged: string[]; readonly promised: string[] }> {
  const program = /```(?:ts|js)\n(.*?)```/s.exec(readFileSync(readme, 'utf8'))?.[1];
  if (!program) throw new Error(`${readme}: no program`);
  const promised = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text!);
  const body = program
    .replace(/^import '.*';$/gm, '')
    .replace(/^import \* as (\w+) from '(.*)';$/gm, "const $1 = modules['$2'];")
    .replace(/^import (\{.*\}) from '(.*)';$/gm, "const $1 = modules['$2'];");
  const logged: string[] = [];
  const log = (...words: unknown[]): void => void logged.push(words.join(' '));
  await new AsyncFunction('modules', 'console', body)(modules, { log });
  return { logged, promised };
}
