import { add, relu, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { checkCount } from './checks.js';

export interface MultiScaleResidualOptions {
  readonly name: string;
  /** Of the parallel depthwise convolutions. @param dilations default `[1, 2, 3]` */
  readonly dilations?: readonly number[];
}

/**
 * Lightweight multi-scale residual block: 1x1 to half the channels, parallel depthwise 3x3 convolutions of several
 * dilations summed, 1x1 back, around which the input goes, ReLU. Our reconstruction of LSPD's block (Zhang et al., IEEE
 * Sensors Journal 23, 2023), whose code is not public.
 *
 * Parts `<name>.reduce`, `<name>.scale1` and so on (by dilation), `<name>.sum`, `<name>.expand`, `<name>.add`.
 */
export function multiScaleResidual(x: Value, options: MultiScaleResidualOptions): Value {
  const { name, dilations = [1, 2, 3] } = options;
  const channels = x.shape[2]!;
  const inner = channels / 2;
  checkCount(`multiScaleResidual '${name}'`, 'half the channels', inner);
  checkCount(`multiScaleResidual '${name}'`, 'number of dilations', dilations.length, 2);
  const activation = 'relu';
  const reduced = convolutionBlock(x, { name: `${name}.reduce`, channels: inner, activation });
  const scales = dilations.map((dilation) =>
    convolutionBlock(reduced, {
      name: `${name}.scale${dilation}`,
      channels: inner,
      groups: inner,
      kernel: 3,
      dilations: dilation,
      padding: dilation,
      activation,
    }),
  );
  const expanded = convolutionBlock(add(scales, { name: `${name}.sum` }), {
    name: `${name}.expand`,
    channels,
    activation: 'none',
  });
  return relu(add([x, expanded], { name: `${name}.add` }));
}
