import { concat, conv2d, fill, type Initialiser, normal, type Value } from '@pose-distill/network';
import { checkCount } from './checks.js';
import { pyramidFeatures } from './lspd.js';
import { reparameterisedBlock } from './reparameterised.js';

export interface UlpdOptions {
  readonly keypoints: number;
  /** Path in front of all names; default none, the parts are `features`, `module1` and so on. */
  readonly name?: string;
  /** How often the module is applied in training. @param applications default 3 */
  readonly applications?: number;
  /** Of features and module. @param channels default 128 */
  readonly channels?: number;
  /** Of the encoder. @param width default 1 */
  readonly width?: number;
  /** Depthwise and pointwise pairs of re-parameterised convolutions. @param blocks default 4 */
  readonly blocks?: number;
}

/**
 * ULPD's training network: one re-parameterised module that is applied several times, each time on the features and the
 * heatmaps before (zeros the first time). All applications share their weights; batch statistics are each one's own. Our
 * reconstruction of Zhang et al., Electronics 12, 2593, 2023.
 *
 * Outputs by name: `heatmaps` (of application 1), `expert2`, ... To deploy:
 * `fuseReparameterised(prune(network, ['heatmaps']), weights)`.
 */
export function ulpd(image: Value, options: UlpdOptions): Record<string, Value> {
  const { name, keypoints, applications = 3, channels = 128, width = 1, blocks = 4 } = options;
  const path = (part: string): string => (name ? `${name}.${part}` : part);
  checkCount(`ulpd '${name ?? ''}'`, 'applications', applications);
  checkCount(`ulpd '${name ?? ''}'`, 'blocks', blocks);
  const features = pyramidFeatures(image, { name: path('features'), channels, width });
  const [rows, columns] = features.shape as readonly [number, number, number];
  let heatmaps = fill({ name: path('start'), shape: [rows, columns, keypoints] });
  const outputs: Record<string, Value> = {};
  for (let application = 1; application <= applications; application++) {
    const own = path(`module${application}`);
    const x = concat([features, heatmaps], { name: `${own}.input` });
    heatmaps = module(x, { name: own, first: path('module1'), keypoints, channels, blocks });
    outputs[application === 1 ? 'heatmaps' : `expert${application}`] = heatmaps;
  }
  return outputs;
}

interface ModuleOptions {
  readonly name: string;
  /** The application whose weights all use. */
  readonly first: string;
  readonly keypoints: number;
  readonly channels: number;
  readonly blocks: number;
}

/** 1x1 to the width, pairs of depthwise 3x3 and 1x1 convolutions, heatmaps. */
function module(x: Value, { name, first, keypoints, channels, blocks }: ModuleOptions): Value {
  const shared = (part: string): { name: string; sharedWith?: string } => ({
    name: `${name}.${part}`,
    ...(name !== first && { sharedWith: `${first}.${part}` }),
  });
  let y = reparameterisedBlock(x, { ...shared('enter'), channels, kernel: 1 });
  for (let index = 1; index <= blocks; index++) {
    y = reparameterisedBlock(y, {
      ...shared(`block${index}.depthwise`),
      channels,
      groups: channels,
    });
    y = reparameterisedBlock(y, { ...shared(`block${index}.pointwise`), channels, kernel: 1 });
  }
  const initialiser: Initialiser = normal(0.001);
  return conv2d(y, {
    name: `${name}.heatmaps`,
    channels: keypoints,
    initialiser,
    parameterNames: { weight: `${first}.heatmaps.weight`, bias: `${first}.heatmaps.bias` },
  });
}
