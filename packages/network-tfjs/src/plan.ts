import type { ActivationFunction, Network, NetworkNode, OpName } from '@pose-distill/network';
import type { FusedActivation, Lowering } from './lowering.js';
import { lowerings } from './ops/index.js';

/** One call of a lowering. */
export interface Step {
  readonly node: NetworkNode;
  readonly lowering: Lowering<OpName>;
  /** An activation that is computed in the same step. */
  readonly activation: FusedActivation | undefined;
  /** The node whose value this is: the activation's if there is one. */
  readonly output: string;
  /** Nodes that nobody reads after this step. */
  readonly release: readonly string[];
}

/** Operations that take an activation with them, in training and in inference. */
const TAKES_ACTIVATION: {
  readonly training: ReadonlySet<OpName>;
  readonly inference: ReadonlySet<OpName>;
} = {
  training: new Set<OpName>(['batchNorm']),
  inference: new Set<OpName>(['batchNorm', 'conv2d']),
};

const plans = {
  training: new WeakMap<Network, readonly Step[]>(),
  inference: new WeakMap<Network, readonly Step[]>(),
};

/** The steps of a network; made once per network and mode. */
export function planOf(network: Network, training: boolean): readonly Step[] {
  const mode = training ? 'training' : 'inference';
  let plan = plans[mode].get(network);
  if (!plan) {
    plan = makePlan(network, TAKES_ACTIVATION[mode]);
    plans[mode].set(network, plan);
  }
  return plan;
}

function makePlan(network: Network, takesActivation: ReadonlySet<OpName>): readonly Step[] {
  const outputs = new Set(Object.values(network.outputs));
  const readers = new Map<string, NetworkNode[]>(network.nodes.map(({ name }) => [name, []]));
  for (const node of network.nodes) for (const name of node.inputs) readers.get(name)!.push(node);

  const taken = new Set<string>();
  const steps: Omit<Step, 'release'>[] = [];
  for (const node of network.nodes) {
    if (node.op === 'input' || taken.has(node.name)) continue;
    const [reader, ...others] = readers.get(node.name)!;
    const mayTake = takesActivation.has(node.op) && others.length === 0 && !outputs.has(node.name);
    const activation =
      mayTake && reader?.op === 'activation' ? fused(reader.attributes.function) : undefined;
    if (activation) taken.add(reader!.name);
    steps.push({
      node,
      lowering: lowerings[node.op] as unknown as Lowering<OpName>,
      activation,
      output: activation ? reader!.name : node.name,
    });
  }

  const kept = new Set([...outputs, ...network.inputs]);
  const plan: Step[] = [];
  for (const step of steps.toReversed()) {
    const release = [...new Set(step.node.inputs)].filter((name) => !kept.has(name));
    for (const name of release) kept.add(name);
    plan.unshift({ ...step, release });
  }
  return plan;
}

/** The kernels know these two only; any other activation is a step of its own. */
function fused(which: ActivationFunction): FusedActivation | undefined {
  return which === 'relu' || which === 'relu6' ? which : undefined;
}
