import {
  initialise,
  type Network,
  type Shape,
  type TorchEntry,
  torchEntries,
} from '@pose-distill/network';
import { PoseDistillError } from '../errors.js';
import { firstOf } from '../first-of.js';
import { type CheckpointFile, readCheckpointFile } from './checkpoint-file.js';

/** How a project names the parts of a network. */
export interface NamingScheme {
  /** For messages: `torchvision`, `timm`. */
  readonly name: string;
  /** PyTorch's module path of a node of ours. */
  readonly module: (node: string) => string;
}

/** A parameter of ours and the tensor that belongs to it. */
export interface CheckpointMatch {
  readonly parameter: string;
  /** PyTorch's name without what programs put in front. */
  readonly tensor: string;
  /** In PyTorch's layout. */
  readonly shape: Shape;
}

/** What was found in a checkpoint for a network. */
export interface ImportReport {
  /** The naming scheme that fits best. */
  readonly scheme: string;
  /** Equal in name and shape. */
  readonly matched: readonly CheckpointMatch[];
  /** Ours without a tensor. */
  readonly missing: readonly CheckpointMatch[];
  /** Ours whose tensor has another shape, `found`. */
  readonly mismatched: readonly (CheckpointMatch & { readonly found: Shape })[];
  /** Theirs without a parameter, as the file names them. */
  readonly unused: readonly { readonly tensor: string; readonly shape: Shape }[];
  /** Parameters of the head that keep their first values, because they are missing or of another shape. */
  readonly kept: readonly string[];
}

export interface ImportOptions {
  /** The naming schemes to choose from, by what fits best. @param schemes default: our own names */
  readonly schemes?: readonly NamingScheme[];
  /** Whether a node belongs to the head, which `partial` lets go. @param isHead default: none does */
  readonly isHead?: (node: string) => boolean;
  /** Lets parameters of the head keep their first values. @param partial default false */
  readonly partial?: boolean;
  /** Of these first values. @param seed default 1 */
  readonly seed?: number;
  /** Names the file in messages. @param place default `the checkpoint` */
  readonly place?: string;
}

export interface ImportedCheckpoint {
  readonly weights: Record<string, Float32Array>;
  readonly report: ImportReport;
}

const OWN: NamingScheme = { name: 'own names', module: (node) => node };

/**
 * Weights of a network from a PyTorch checkpoint (`torch.save` or safetensors), by the naming scheme that fits best.
 * Tensors that the network has no place for, a classifier for example, are left and reported.
 *
 * @throws PoseDistillError BAD_CHECKPOINT when a parameter is missing, has another shape or a value that is not finite, with
 * the report as `details.report`; BAD_FILE for a file that cannot be read
 * @example
 * const { weights, report } = importCheckpoint(network, bytes, { ...checkpointNames('hrnet-w32'), partial: true });
 */
export function importCheckpoint(
  network: Network,
  file: Uint8Array,
  options: ImportOptions = {},
): ImportedCheckpoint {
  const { schemes = [OWN], isHead = () => false, partial = false, seed = 1 } = options;
  const { place = 'the checkpoint' } = options;
  const checkpoint = readCheckpointFile(file, place);
  const found = schemes
    .map((scheme) => compare(network, checkpoint, scheme))
    .reduce((best, next) => (surplus(next, best) > 0 ? next : best));
  const { entries, values, ...rest } = found;
  const absent = [...found.missing, ...found.mismatched];
  const nodes = new Map(entries.map(({ parameter, node }) => [parameter, node]));
  const ofHead = absent.filter(({ parameter }) => isHead(nodes.get(parameter)!));
  const report: ImportReport = {
    ...rest,
    kept: partial ? ofHead.map(({ parameter }) => parameter) : [],
  };
  if (found.matched.length === 0 || absent.length > report.kept.length)
    throw refused(report, { place, headOnly: !partial && ofHead.length === absent.length });
  const broken = Object.entries(values).find(([, numbers]) => !numbers.every(Number.isFinite));
  if (broken)
    throw new PoseDistillError(
      'BAD_CHECKPOINT',
      `${place}: '${broken[0]}' has values that are not finite. The checkpoint is from a training that broke; take an earlier one.`,
      { report },
    );
  const weights: Record<string, Float32Array> = initialise(network, seed);
  Object.assign(weights, values);
  return { weights, report };
}

interface Comparison extends Omit<ImportReport, 'kept'> {
  readonly entries: readonly TorchEntry[];
  /** In our layout, by our names. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

/** Above 0 when the first fits better: more that is equal, then more of the right name. */
function surplus(a: Comparison, b: Comparison): number {
  return a.matched.length - b.matched.length || a.mismatched.length - b.mismatched.length;
}

function compare(
  network: Network,
  { tensors, byName }: CheckpointFile,
  { name, module }: NamingScheme,
): Comparison {
  const entries = torchEntries(network, module);
  const matched: CheckpointMatch[] = [];
  const missing: CheckpointMatch[] = [];
  const mismatched: (CheckpointMatch & { found: Shape })[] = [];
  const values: Record<string, Float32Array> = {};
  const used = new Set<string>();
  for (const { parameter, torchName, shape, convert } of entries) {
    const match = { parameter, tensor: torchName, shape };
    const tensor = byName.get(torchName);
    if (tensor) used.add(tensor.fileName);
    const converted = tensor && convert(tensor);
    if (!tensor) missing.push(match);
    else if (!converted) mismatched.push({ ...match, found: tensor.shape });
    else {
      matched.push(match);
      values[parameter] = converted;
    }
  }
  const unused = tensors
    .filter(({ fileName }) => !used.has(fileName))
    .map(({ fileName, shape }) => ({ tensor: fileName, shape }));
  return { scheme: name, entries, values, matched, missing, mismatched, unused };
}

function refused(
  report: ImportReport,
  { place, headOnly }: { readonly place: string; readonly headOnly: boolean },
): PoseDistillError {
  const { scheme, matched, missing, mismatched, unused } = report;
  const total = matched.length + missing.length + mismatched.length;
  const parts = [
    `${place} does not fit the network: ${matched.length} of its ${total} parameters were found, by the names of ${scheme}.`,
  ];
  if (missing.length > 0)
    parts.push(`Missing: ${firstOf(missing.map(({ tensor, shape }) => `${tensor} [${shape}]`))}.`);
  if (mismatched.length > 0)
    parts.push(
      `Of another shape: ${firstOf(mismatched.map(({ tensor, shape, found }) => `${tensor} [${shape}], in the file [${found}]`))}.`,
    );
  if (unused.length > 0)
    parts.push(
      `In the file without a place: ${firstOf(unused.map(({ tensor, shape }) => `${tensor} [${shape}]`))}.`,
    );
  parts.push(
    headOnly && matched.length > 0
      ? 'Only the head differs: allow it to start anew (partial, on the command line --partial).'
      : 'Choose the network that the checkpoint was trained as, with the same number of keypoints.',
  );
  return new PoseDistillError('BAD_CHECKPOINT', parts.join(' '), { report });
}
