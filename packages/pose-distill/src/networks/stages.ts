import { complexity, type Network, type Shape } from '@pose-distill/network';

/** A part of a network: all nodes whose paths begin alike. */
export interface Stage {
  /** For example `encoder.stage1`. */
  readonly path: string;
  /** Of its last node. */
  readonly shape: Shape;
  readonly parameters: number;
  readonly macs: number;
  /** Paths of the stages whose maps it takes. */
  readonly inputs: readonly string[];
}

/**
 * Cuts a network into stages.
 *
 * @param depth how many parts of a path (`encoder.stage1.block2.expand.conv` has five) make a stage; default 2
 */
export function networkStages(network: Network, depth = 2): Stage[] {
  const layers = new Map(complexity(network).layers.map((layer) => [layer.name, layer]));
  const stageOf = new Map(network.nodes.map(({ name }) => [name, stagePath(name, depth)]));
  const stages = new Map<string, Stage>();
  for (const { name, inputs, shape } of network.nodes) {
    const path = stageOf.get(name)!;
    const { parameters, count } = layers.get(name)!;
    const before = stages.get(path);
    const from = inputs.map((input) => stageOf.get(input)!).filter((input) => input !== path);
    stages.delete(path); // so that stages come in the order in which they end
    stages.set(path, {
      path,
      shape,
      parameters: (before?.parameters ?? 0) + parameters,
      macs: (before?.macs ?? 0) + count,
      inputs: [...new Set([...(before?.inputs ?? []), ...from])],
    });
  }
  return [...stages.values()];
}

/** Stages in rows: every stage comes behind those whose maps it takes. Undefined when stages take each other's maps. */
export function stageRows(stages: readonly Stage[]): Stage[][] | undefined {
  const rows: Stage[][] = [];
  const row = new Map<string, number>();
  let waiting = [...stages];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ inputs }) => inputs.every((input) => row.has(input)));
    if (ready.length === 0) return undefined;
    for (const stage of ready) row.set(stage.path, rows.length);
    rows.push(ready);
    waiting = waiting.filter((stage) => !row.has(stage.path));
  }
  return rows;
}

/** The rows of a picture: paths as deep as `most` boxes allow. Undefined when no cut has an order. */
export function drawableRows(network: Network, most = 40): Stage[][] | undefined {
  for (const depth of [4, 3, 2, 1]) {
    const stages = networkStages(network, depth);
    const rows = stages.length <= most ? stageRows(stages) : undefined;
    if (rows) return rows;
  }
  return undefined;
}

/** The first parts of a node's path; a convolution or norm of its own is a part of what it is named for. */
function stagePath(name: string, depth: number): string {
  const [path = name] = name.split('/');
  const parts = path.split('.');
  const own = parts.length > 1 && /^(conv|bn)$/.test(parts.at(-1)!) ? 1 : 0;
  return parts.slice(0, Math.min(depth, parts.length - own)).join('.');
}
