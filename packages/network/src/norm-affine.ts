import type { NodeOf, Weights } from './types.js';

/** What a batch norm does to each channel in inference, `scale * x + shift`, in double precision. */
export function normAffine(
  norm: NodeOf<'batchNorm'>,
  weights: Weights,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const role = (name: string): Float32Array => weights[norm.parameters[name]!]!;
  const [beta, mean, variance] = [role('beta'), role('mean'), role('variance')];
  const scale = Float64Array.from(
    role('gamma'),
    (gamma, c) => gamma / Math.sqrt(variance[c]! + norm.attributes.epsilon),
  );
  return { scale, shift: scale.map((value, c) => beta[c]! - mean[c]! * value) };
}
