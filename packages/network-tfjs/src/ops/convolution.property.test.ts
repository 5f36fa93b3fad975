import { forEachBackend } from '@pose-distill/internal-testing';
import { conv2d, convTranspose2d, input, relu6, type Value } from '@pose-distill/network';
import fc from 'fast-check';
import { it } from 'vitest';
import { checkEqualsLoops, few, size } from '../../test/equals-loops.js';

const geometry = fc.record({
  seed: few(1e6),
  batch: few(2),
  input: size(9, 2),
  multiple: few(3),
  groups: few(4),
  perGroup: few(3),
  kernel: size(4),
  strides: size(3),
  dilations: size(2),
  padding: fc.record({ top: few(2, 0), bottom: few(2, 0), left: few(2, 0), right: few(2, 0) }),
  bias: fc.boolean(),
  activated: fc.boolean(),
});

forEachBackend(() => {
  it('convolutions of any geometry equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        const channels = g.groups * g.perGroup;
        const image = input('image', { ...g.input, channels });
        const make = (): Value => {
          const y = conv2d(image, { ...g, name: 'op', channels: g.groups * g.multiple });
          return g.activated ? relu6(y) : y;
        };
        await checkEqualsLoops(image, make, g);
      }),
      { numRuns: 150 },
    );
  });

  it('transposed convolutions of any geometry equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        const image = input('image', { ...g.input, channels: g.perGroup });
        const outputPadding = {
          width: g.seed % g.strides.width,
          height: (g.seed >> 4) % g.strides.height,
        };
        const { kernel, strides, padding, bias } = g;
        const make = (): Value =>
          convTranspose2d(image, {
            name: 'op',
            channels: g.multiple,
            kernel,
            strides,
            padding,
            outputPadding,
            bias,
          });
        await checkEqualsLoops(image, make, g);
      }),
      { numRuns: 150 },
    );
  });
});
