import { avgPool, concat, maxPool, type Value } from '@pose-distill/network';
import { type ConvolutionBlockOptions, convolutionBlock } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { pathParts, torchModules } from './torch-modules.js';

export interface PeleeNetOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Channels behind the stem; even. @param stemChannels default 32 */
  readonly stemChannels?: number;
  /** Channels that each dense layer adds; even. @param growth default 32 */
  readonly growth?: number;
  /** Dense layers of each stage. @param layers default `[3, 4, 8, 6]` */
  readonly layers?: readonly number[];
  /** Width of each stage's bottlenecks in halves of the growth. @param bottleneck default `[1, 2, 4, 4]` */
  readonly bottleneck?: readonly number[];
}

/**
 * PeleeNet's encoder (Wang et al., NeurIPS 2018): dense layers of two branches; maps at strides 2, 4, 8, 16, 32.
 *
 * Names: `<name>.stem.first` and so on, `<name>.stage1.layer1.branch1.squeeze`, `<name>.stage1.transition`. The map at a
 * stride is the transition's, before it is pooled.
 *
 * @throws RangeError for odd channels, or stages of which layers and bottlenecks disagree
 * @example
 * peleeNet(image, { name: 'encoder' }).at(32).shape // [8, 6, 704] for a 256x192 image
 */
export function peleeNet(image: Value, options: PeleeNetOptions): Features {
  const { name, stemChannels = 32, growth = 32 } = options;
  const { layers = [3, 4, 8, 6], bottleneck = [1, 2, 4, 4] } = options;
  if (layers.length === 0 || layers.length > bottleneck.length)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `peleeNet '${name}': every one of the ${layers.length} stages needs a bottleneck, ${bottleneck.length} were given`,
    );
  for (const [what, channels] of Object.entries({ stemChannels, growth }))
    if (channels % 2 !== 0 || channels < 2)
      throw new BackboneError(
        'OUT_OF_RANGE',
        `peleeNet '${name}': ${what} must be even, not ${channels}`,
      );

  const { first, stem } = stemBlock(image, `${name}.stem`, stemChannels);
  const stages: [number, Value][] = [[2, first]];
  let x = stem;
  for (const [stage, count] of layers.entries()) {
    const path = `${name}.stage${stage + 1}`;
    if (stage > 0) x = avgPool(x, { kernel: 2, name: `${path}.pool` });
    for (let layer = 1; layer <= count; layer++)
      x = peleeDenseLayer(x, {
        name: `${path}.layer${layer}`,
        growth,
        bottleneck: bottleneck[stage]!,
      });
    x = block(x, `${path}.transition`, { channels: x.shape[2]! });
    stages.push([2 ** (stage + 2), x]);
  }
  return featuresFrom(stages, name);
}

/** Halves the size twice, the second time by a pool beside a convolution. */
function stemBlock(
  image: Value,
  name: string,
  channels: number,
): { readonly first: Value; readonly stem: Value } {
  const first = block(image, `${name}.first`, { channels, kernel: 3, strides: 2 });
  const squeezed = block(first, `${name}.squeeze`, { channels: channels / 2 });
  const filtered = block(squeezed, `${name}.filter`, { channels, kernel: 3, strides: 2 });
  const pooled = maxPool(first, { kernel: 2 });
  const both = concat([pooled, filtered], { name: `${name}.concat` });
  return { first, stem: block(both, `${name}.merge`, { channels }) };
}

export interface PeleeDenseLayerOptions {
  readonly name: string;
  /** Channels that the layer adds, half of them in each branch; even. */
  readonly growth: number;
  /** Width of the bottleneck in halves of the growth. */
  readonly bottleneck: number;
}

/**
 * PeleeNet's two-way dense layer: input, one 3x3 convolution and two of them in a row, each behind a 1x1 bottleneck, one
 * behind the other. A bottleneck wider than half the input is cut to a multiple of 4 about that half.
 */
export function peleeDenseLayer(x: Value, options: PeleeDenseLayerOptions): Value {
  const { name, growth, bottleneck } = options;
  const width = x.shape[2]!;
  const half = growth / 2;
  const wanted = Math.floor((half * bottleneck) / 4) * 4;
  const inner = wanted > width / 2 ? Math.floor(width / 8) * 4 : wanted;
  const filter = (value: Value, path: string): Value =>
    block(value, `${name}.${path}`, { channels: half, kernel: 3 });

  const squeezed1 = block(x, `${name}.branch1.squeeze`, { channels: inner });
  const branch1 = filter(squeezed1, 'branch1.filter');
  const squeezed2 = block(x, `${name}.branch2.squeeze`, { channels: inner });
  const branch2 = filter(filter(squeezed2, 'branch2.filter1'), 'branch2.filter2');
  return concat([x, branch1, branch2], { name: `${name}.concat` });
}

function block(
  x: Value,
  name: string,
  options: Pick<ConvolutionBlockOptions, 'channels' | 'kernel' | 'strides'>,
): Value {
  return convolutionBlock(x, { ...options, name, activation: 'relu' });
}

/** Modules of github.com/Robert-JunWang/PeleeNet by our parts. */
const STEM = { first: 'stem1', squeeze: 'stem2a', filter: 'stem2b', merge: 'stem3' } as const;
const LAYER = {
  'branch1.squeeze': 'branch1a',
  'branch1.filter': 'branch1b',
  'branch2.squeeze': 'branch2a',
  'branch2.filter1': 'branch2b',
  'branch2.filter2': 'branch2c',
} as const;

/**
 * PyTorch's module path of each of our nodes, for `importTorch`: the names of github.com/Robert-JunWang/PeleeNet.
 *
 * @param name the name that the encoder was given
 */
export function peleeNetTorchModules(name: string): (node: string) => string {
  return torchModules(name, (path) => {
    const { part, kind } = pathParts(path);
    const module = peleeModule(part);
    return module && `features.${module}.${kind === 'bn' ? 'norm' : 'conv'}`;
  });
}

function peleeModule(part: string): string | undefined {
  const [, stemPart] = /^stem\.(\w+)$/.exec(part) ?? [];
  if (stemPart) return `stemblock.${STEM[stemPart as keyof typeof STEM]}`;
  const [, stage, layer, layerPart] =
    /^stage(\d+)\.(?:transition|layer(\d+)\.(.+))$/.exec(part) ?? [];
  if (!stage) return undefined;
  if (!layer) return `transition${stage}`;
  return `denseblock${stage}.denselayer${layer}.${LAYER[layerPart as keyof typeof LAYER]}`;
}
