import { complexity } from '@pose-distill/network';
import type { Command } from 'commander';
import { buildNetwork, NETWORK_NAMES } from '../networks.js';
import { example } from './example.js';
import { parseCount, parseSize } from './parse.js';
import { formatTable } from './table.js';

const COUNTERS = ['macs', 'mmcv', 'park', 'true'] as const;

export function addComplexity(program: Command): void {
  program
    .command('complexity')
    .description(
      'Parameters of a network, and its operations by four counters (macs: multiply-accumulates).',
    )
    .requiredOption('--network <name>', NETWORK_NAMES)
    .option('--input <HEIGHTxWIDTH>', 'input size', parseSize, { height: 256, width: 192 })
    .option('--keypoints <count>', 'number of keypoints', parseCount, 17)
    .option('--json', 'print exact integers')
    .addHelpText(
      'after',
      example('complexity --network mobilenetv2-deconv256 --input 256x192 --keypoints 17 --json'),
    )
    .action(({ network: name, input, keypoints, json }) => {
      const network = buildNetwork(name, { inputSize: input, keypoints });
      const { parameters } = complexity(network);
      const counts = COUNTERS.map(
        (counter) => [counter, complexity(network, counter).total] as const,
      );
      if (json) console.log(JSON.stringify({ parameters, ...Object.fromEntries(counts) }));
      else
        console.log(
          formatTable(
            ['', ''],
            [
              ['network', name],
              ['input', `${input.height}x${input.width}`],
              ['parameters', parameters.toLocaleString('en')],
              ...counts.map(([counter, total]) => [counter, total.toLocaleString('en')]),
            ],
          ),
        );
    });
}
