/**
 * A map from our nodes to PyTorch's modules, for `importTorch`.
 *
 * @param encoder the name that the encoder was given; nodes outside it keep their own names
 * @param translate from the path behind that name to a module; undefined keeps the node's own name
 */
export function torchModules(
  encoder: string,
  translate: (path: string) => string | undefined,
): (node: string) => string {
  const prefix = `${encoder}.`;
  return (node) =>
    (node.startsWith(prefix) ? translate(node.slice(prefix.length)) : undefined) ?? node;
}

/** Splits `block7.expand.conv` and the like into its parts. */
export function pathParts(path: string): {
  /** All but the last part, for example `block7.expand`. */
  readonly part: string;
  /** The last part. */
  readonly kind: string;
} {
  const end = path.lastIndexOf('.');
  return { part: path.slice(0, end), kind: path.slice(end + 1) };
}

/** Where batch norm stands behind its convolution in an `nn.Sequential`: 0 for the convolution, 1 for the norm. */
export function sequentialOffset(kind: string | undefined): 0 | 1 {
  return kind === 'bn' ? 1 : 0;
}

/** timm's names for parts of an inverted residual: convolution, batch norm. */
const TIMM = {
  expand: ['conv_pw', 'bn1'],
  depthwise: ['conv_dw', 'bn2'],
  project: ['conv_pwl', 'bn3'],
} as const;

/** The same for a block without an expansion. */
const TIMM_SEPARABLE = {
  expand: ['', ''],
  depthwise: ['conv_dw', 'bn1'],
  project: ['conv_pw', 'bn2'],
} as const;

/**
 * timm's module of a part of a mobile network: `conv_stem`, `blocks.<stage>.<block>...`, and `conv_head` behind the
 * blocks.
 *
 * @param path for example `block7.expand.conv`
 * @param repeats blocks of each of timm's stages
 * @param separable whether a block (from 1) has no expansion
 * @param last timm's modules for the convolution and the norm of our `last`
 */
export function timmModule(
  path: string,
  repeats: readonly number[],
  separable: (block: number) => boolean,
  last: readonly [convolution: string, norm: string],
): string | undefined {
  const { part, kind } = pathParts(path);
  const offset = sequentialOffset(kind);
  if (part === 'stem') return ['conv_stem', 'bn1'][offset];
  if (part === 'last') return last[offset];
  const [, number, role] = /^block(\d+)\.(\w+)$/.exec(part) ?? [];
  if (!number) return undefined;
  const block = Number(number);
  let stage = 0;
  let index = block - 1;
  while (index >= repeats[stage]!) index -= repeats[stage++]!;
  const module = `blocks.${stage}.${index}`;
  if (role === 'squeeze') return `${module}.se.conv_${kind}`;
  const names = separable(block) ? TIMM_SEPARABLE : TIMM;
  return `${module}.${names[role as keyof typeof TIMM][offset]}`;
}
