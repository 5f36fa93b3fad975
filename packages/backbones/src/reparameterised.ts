import { add, batchNorm, conv2d, relu, type Value } from '@pose-distill/network';

export interface ReparameterisedBlockOptions {
  readonly name: string;
  /** Output channels. */
  readonly channels: number;
  /** Odd. @param kernel default 3 */
  readonly kernel?: number;
  /** @param strides default 1 */
  readonly strides?: number;
  /** @param groups default 1; the channels make it depthwise */
  readonly groups?: number;
  /** @param activation whether ReLU follows; default true */
  readonly activation?: boolean;
  /**
   * Path of another such block whose weights this one uses; running statistics stay its own. @param sharedWith default
   * nobody
   */
  readonly sharedWith?: string;
}

/**
 * The training form of a convolution: the kernel and, where it is larger, a 1x1, each with batch norm, and where the shape
 * stays a batch norm alone, summed, ReLU (Ding et al., RepVGG, CVPR 2021). `fuseReparameterised` of the network package makes one
 * convolution of it.
 *
 * Parts `<name>.wide.conv`, `.wide.bn`, `.narrow.conv`, `.narrow.bn`, `.identity.bn`, `<name>.sum`.
 */
export function reparameterisedBlock(x: Value, options: ReparameterisedBlockOptions): Value {
  const { name, channels, kernel = 3, strides = 1, groups = 1, sharedWith } = options;
  const shared = <Role extends string>(part: string, roles: readonly Role[]) => ({
    ...(sharedWith !== undefined && {
      parameterNames: Object.fromEntries(
        roles.map((role) => [role, `${sharedWith}.${part}.${role}`]),
      ) as Record<Role, string>,
    }),
  });
  const normalised = (y: Value, part: string): Value =>
    batchNorm(y, { name: `${name}.${part}.bn`, ...shared(`${part}.bn`, ['gamma', 'beta']) });
  const branch = (part: string, size: number): Value => {
    const convolved = conv2d(x, {
      name: `${name}.${part}.conv`,
      channels,
      kernel: size,
      strides,
      groups,
      padding: (size - 1) / 2,
      bias: false,
      ...shared(`${part}.conv`, ['weight']),
    });
    return normalised(convolved, part);
  };
  const branches = [branch('wide', kernel)];
  if (kernel > 1) branches.push(branch('narrow', 1));
  if (strides === 1 && x.shape[2] === channels) branches.push(normalised(x, 'identity'));
  const sum = branches.length === 1 ? branches[0]! : add(branches, { name: `${name}.sum` });
  return options.activation === false ? sum : relu(sum);
}
