import {
  loadWeights,
  type Network,
  networkFromJson,
  networkToJson,
  saveWeights,
} from '@pose-distill/network';
import { defineSkeleton, type Skeleton } from '@pose-distill/skeletons';
import { PoseDistillError } from '../errors.js';

/** How a model's maps become keypoints. */
export type DecodeRule =
  | { readonly kind: 'heatmap'; readonly refine: 'none' | 'quarter' | 'dark' }
  | { readonly kind: 'integral'; readonly beta: number };

/** A trained network with all that is needed to use it. */
export interface Model {
  readonly network: Network;
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly skeleton: Skeleton;
  readonly decode: DecodeRule;
}

const FORMAT = 'pose-distill model 1';

/** The two files of a model folder. */
export interface ModelFiles {
  readonly 'model.json': string;
  readonly 'weights.safetensors': Uint8Array;
}

export function encodeModel(model: Model): ModelFiles {
  const { network, skeleton, decode } = model;
  return {
    'model.json': `${JSON.stringify({ format: FORMAT, decode, skeleton, network: networkToJson(network) })}\n`,
    'weights.safetensors': saveWeights(network, model.weights),
  };
}

/** Reads a model's two files; `place` names them in errors. */
export function decodeModel(json: string, weights: Uint8Array, place: string): Model {
  const fail = (what: string): never => {
    throw new PoseDistillError('BAD_MODEL', `${place}: ${what}. Export or train the model again.`);
  };
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(json) as Record<string, unknown>;
  } catch (error) {
    return fail(`model.json is not JSON (${(error as Error).message})`);
  }
  if (parsed.format !== FORMAT)
    fail(`model.json says format ${String(parsed.format)}, expected ${FORMAT}`);
  try {
    const network = networkFromJson(parsed.network);
    return {
      network,
      weights: loadWeights(network, weights),
      skeleton: defineSkeleton(parsed.skeleton as Parameters<typeof defineSkeleton>[0]),
      decode: checkDecode(parsed.decode),
    };
  } catch (error) {
    return fail((error as Error).message);
  }
}

function checkDecode(rule: unknown): DecodeRule {
  const { kind, refine, beta } = (rule ?? {}) as Record<string, unknown>;
  if (kind === 'integral' && typeof beta === 'number' && beta > 0) return { kind, beta };
  if (kind === 'heatmap' && (refine === 'none' || refine === 'quarter' || refine === 'dark'))
    return { kind, refine };
  throw new Error(`model.json has the decode rule ${JSON.stringify(rule)}, which is none of ours`);
}
