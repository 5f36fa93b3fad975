import { Command, CommanderError } from 'commander';
import { addCache } from './cache.js';
import { addComplexity } from './complexity.js';
import { addData } from './data.js';
import { addDemo } from './demo.js';
import { addDoctor } from './doctor.js';
import { addEval } from './eval.js';
import { addImport } from './import.js';
import { addTrain } from './train.js';

const DONE = 0;
const FAILED = 1;
const BAD_USAGE = 2;

/** Runs the command line; returns the exit status: 0 done, 1 failed or interrupted, 2 bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  let status = DONE;
  const program = new Command('pose-distill')
    .description('Knowledge distillation for human pose estimation.')
    .showHelpAfterError('(add --help for the options and an example)')
    .exitOverride();
  const context = { fail: () => (status = FAILED) };
  for (const add of [
    addTrain,
    addCache,
    addImport,
    addEval,
    addComplexity,
    addData,
    addDoctor,
    addDemo,
  ])
    add(program, context);
  try {
    await program.parseAsync(args as string[], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : BAD_USAGE;
    return explain(error as Error & { code?: string });
  }
}

/** What a subcommand may tell the program. */
export interface CommandContext {
  /** The work was not done (interrupted, problems found), and this was already said. */
  fail(): void;
}

/** One paragraph for an error we foresaw; the whole stack for one we did not. */
function explain(error: Error & { code?: string }): number {
  const foreseen =
    /^(PoseDistill|Dataset|Metrics|Decode|Skeleton|Network|Accelerate|Loss|Backbone)Error$/;
  if (foreseen.test(error.name)) {
    console.error(`pose-distill: ${error.message}`);
    return error.code === 'BAD_OPTION' ? BAD_USAGE : FAILED;
  }
  console.error(
    `pose-distill: an error nobody foresaw. Please report it with this text.\n${error.stack}`,
  );
  return FAILED;
}
