import type { Command } from 'commander';
import { addEvalCoco } from './eval-coco.js';
import { addEvalCrowdPose } from './eval-crowdpose.js';
import { addEvalMpii } from './eval-mpii.js';
import { addEvalPck } from './eval-pck.js';

export function addEval(program: Command): void {
  const evaluate = program.command('eval').description('Score results against annotations.');
  for (const add of [addEvalCoco, addEvalCrowdPose, addEvalMpii, addEvalPck]) add(evaluate);
}
