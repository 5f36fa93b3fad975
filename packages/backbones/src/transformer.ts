import {
  add,
  gelu,
  type Initialiser,
  layerNorm,
  linear,
  matmul,
  reshape,
  softmax,
  split,
  transpose,
  truncatedNormal,
  type Value,
} from '@pose-distill/network';
import { checkCount } from './checks.js';
import { BackboneError } from './error.js';

export interface TransformerLayerOptions {
  readonly name: string;
  /** They share the channels. @param heads default 8 */
  readonly heads?: number;
  /** Inner channels of the two linear layers over the outer ones. @param mlpRatio default 3 */
  readonly mlpRatio?: number;
  /** @param initialiser of the linear layers; default truncated normal with deviation 0.02 */
  readonly initialiser?: Initialiser;
}

export interface TransformerLayer {
  /** `[T, d]` as they came. */
  readonly tokens: Value;
  /** Probabilities `[heads, T, T]`: what each token (row) takes from each (column). */
  readonly attention: Value;
}

/**
 * Self-attention and two linear layers with GELU between, each behind a layer norm and around which the tokens go
 * (Vaswani et al., 2017, in the order of Dosovitskiy et al., ICLR 2021). Queries, keys and values have no bias; scores are
 * scaled by `(d / heads) ** -0.5`; no dropout.
 *
 * Names: `<name>.attention.norm`, `.qkv`, `.scores`, `.mixed`, `.out`, `.add`; `<name>.mlp.norm`, `.expand`, `.project`, `.add`.
 * @param tokens `[T, d]`
 * @throws BackboneError SHAPE_MISMATCH unless `heads` divide `d`
 */
export function transformerLayer(
  tokens: Value,
  options: TransformerLayerOptions,
): TransformerLayer {
  const { name, mlpRatio = 3, initialiser = truncatedNormal(0.02) } = options;
  const channels = tokens.shape.at(-1)!;
  const { mixed, probabilities } = selfAttention(tokens, { ...options, initialiser });
  const attended = add([tokens, mixed], { name: `${name}.attention.add` });
  const expanded = linear(layerNorm(attended, { name: `${name}.mlp.norm` }), {
    name: `${name}.mlp.expand`,
    channels: Math.round(channels * mlpRatio),
    initialiser,
  });
  const projected = linear(gelu(expanded), { name: `${name}.mlp.project`, channels, initialiser });
  return {
    tokens: add([attended, projected], { name: `${name}.mlp.add` }),
    attention: probabilities,
  };
}

function selfAttention(
  tokens: Value,
  options: TransformerLayerOptions & { readonly initialiser: Initialiser },
): { readonly mixed: Value; readonly probabilities: Value } {
  const { heads = 8, initialiser } = options;
  const name = `${options.name}.attention`;
  const [count, channels] = tokens.shape as readonly [number, number];
  checkCount(`transformerLayer '${options.name}'`, 'heads', heads);
  if (tokens.shape.length !== 2 || channels % heads !== 0)
    throw new BackboneError(
      'SHAPE_MISMATCH',
      `transformerLayer '${options.name}': expected tokens [T, d] with d a multiple of ${heads} heads, got [${tokens.shape}]`,
      { shape: tokens.shape, heads },
    );
  const width = channels / heads;
  const qkv = linear(layerNorm(tokens, { name: `${name}.norm` }), {
    name: `${name}.qkv`,
    channels: 3 * channels,
    bias: false,
    initialiser,
  });
  // Heads first, so that queries, keys and values are three runs of memory.
  const perHeads = reshape(qkv, { shape: [count, 3 * heads, width] });
  const [queries, keys, values] = split(
    transpose(perHeads, { axes: [1, 0, 2] }),
    [heads, heads, heads],
    { axis: 0 },
  ) as [Value, Value, Value];
  const scores = matmul(queries, keys, {
    name: `${name}.scores`,
    transposeB: true,
    scale: width ** -0.5,
  });
  const probabilities = softmax(scores);
  const mixed = matmul(probabilities, values, { name: `${name}.mixed` });
  const together = reshape(transpose(mixed, { axes: [1, 0, 2] }), { shape: [count, channels] });
  return {
    mixed: linear(together, { name: `${name}.out`, channels, initialiser }),
    probabilities,
  };
}
