import { writeFile } from 'node:fs/promises';
import { type Counter, complexity, type Network } from '@pose-distill/network';
import type { Command } from 'commander';
import { PoseDistillError } from '../errors.js';
import { networkPicture } from '../networks/picture.js';
import { networkStages } from '../networks/stages.js';
import { buildNetwork, NETWORK_NAMES, networkEntry, networkNames } from '../networks.js';
import { example } from './example.js';
import { parseCount, parseSize } from './parse.js';
import { formatTable } from './table.js';

interface ComplexityOptions {
  readonly network?: string;
  readonly input?: { readonly height: number; readonly width: number };
  readonly keypoints: number;
  readonly json?: boolean;
  readonly list?: boolean;
  readonly svg?: string;
}

export function addComplexity(program: Command): void {
  program
    .command('complexity')
    .description(
      'Parameters of a network, and its operations by four counters (macs: multiply-accumulates), whole and by stage.',
    )
    .option('--network <name>', NETWORK_NAMES)
    .option('--list', 'all ready networks with parameters, multiply-accumulates and source')
    .option('--input <HEIGHTxWIDTH>', 'input size (default: 256x192)', parseSize)
    .option('--keypoints <count>', 'number of keypoints', parseCount, 17)
    .option('--json', 'print exact integers')
    .option('--svg <file>', 'draw its stages')
    .addHelpText(
      'after',
      example(
        'complexity --network mobilenetv2-deconv256 --input 256x192 --keypoints 17 --json',
        'complexity --network peleenet-duc --svg peleenet-duc.svg',
        'complexity --list',
      ),
    )
    .action(async (options: ComplexityOptions) => {
      if (options.list) printList(options);
      else if (options.network) await printNetwork(options.network, options);
      else
        throw new PoseDistillError(
          'BAD_OPTION',
          'Name a --network, or ask for the --list of them.',
        );
    });
}

const DEFAULT_INPUT = { height: 256, width: 192 };

async function printNetwork(name: string, options: ComplexityOptions): Promise<void> {
  const { input = DEFAULT_INPUT, keypoints, json, svg } = options;
  const network = buildNetwork(name, { inputSize: input, keypoints });
  if (svg) {
    const title = `${name}, ${input.height}x${input.width}, ${keypoints} keypoints`;
    await writeFile(svg, networkPicture(network, { title }));
  }
  const counts = countsOf(network);
  console.log(json ? JSON.stringify(counts) : describeNetwork(name, input, network, counts));
}

function describeNetwork(
  name: string,
  input: { readonly height: number; readonly width: number },
  network: Network,
  counts: Readonly<Record<string, number>>,
): string {
  const summary = formatTable(
    ['', ''],
    [
      ['network', name],
      ['input', `${input.height}x${input.width}`],
      ...Object.entries(counts).map(([counter, total]) => [counter, grouped(total)]),
    ],
  );
  const stages = formatTable(
    ['stage', 'output', 'parameters', 'macs'],
    networkStages(network).map(({ path, shape, parameters, macs }) => [
      path,
      shape.join('x'),
      grouped(parameters),
      grouped(macs),
    ]),
  );
  return `${summary}\n\n${stages}`;
}

interface ListRow {
  readonly name: string;
  readonly input: string;
  readonly parameters: number;
  readonly macs: number;
  readonly source: string;
}

function printList({ input, keypoints, json }: ComplexityOptions): void {
  const rows = networkNames().map((name): ListRow => {
    const { multiple, source, inputSize } = networkEntry(name);
    // A size that the network cannot halve is replaced by its own.
    const wanted = input ?? DEFAULT_INPUT;
    const fits = wanted.height % multiple.height === 0 && wanted.width % multiple.width === 0;
    const size = fits ? wanted : inputSize;
    const { parameters, macs } = countsOf(buildNetwork(name, { inputSize: size, keypoints }));
    return { name, input: `${size.height}x${size.width}`, parameters, macs, source };
  });
  console.log(json ? JSON.stringify(rows) : listTable(rows));
}

function listTable(rows: readonly ListRow[]): string {
  // Numbers belong to the right, the source to the left: it is the last column and padded itself.
  const longest = Math.max(...rows.map(({ source }) => source.length));
  return formatTable(
    ['network', 'input', 'parameters', 'macs', 'source'.padEnd(longest)],
    rows.map(({ name, input, parameters, macs, source }) => [
      name,
      input,
      grouped(parameters),
      grouped(macs),
      source.padEnd(longest),
    ]),
  );
}

type Counts = Readonly<Record<'parameters' | Counter, number>>;

/** `parameters`, then the operations by counter. */
function countsOf(network: Network): Counts {
  const total = (counter: Counter): number => complexity(network, counter).total;
  const { parameters } = complexity(network);
  return {
    parameters,
    macs: total('macs'),
    mmcv: total('mmcv'),
    park: total('park'),
    true: total('true'),
  };
}

const grouped = (count: number): string => count.toLocaleString('en');
