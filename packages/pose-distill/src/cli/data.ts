import { type Command, Option } from 'commander';
import { addCheck, addDraw, addStats } from './data-look.js';
import { addShards, addWrite } from './data-write.js';
import type { CommandContext } from './main.js';
import { parseDataName } from './parse.js';

const SOURCE =
  'coco:DIR, mpii:DIR, crowdpose:DIR, lsp:DIR, aic:DIR, ochuman:DIR, mhp:DIR, jhmdb:DIR or synthetic';

/** Makes a command about a data set, or about one split of it. */
export type About = (name: string, what: string) => Command;

export function addData(program: Command, context: CommandContext): void {
  const data = program.command('data').description('Look at training data.');
  const about: About = (name, what) =>
    data
      .command(name)
      .description(what)
      .argument('<source>', SOURCE, parseDataName)
      .addOption(new Option('--split <name>', 'only this split').choices(['train', 'val']));
  addCheck(about, context);
  addStats(about);
  addDraw(about);
  addWrite(data);
  addShards(about);
}
