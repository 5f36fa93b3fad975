import * as tf from '@tensorflow/tfjs-core';
import { matrixOf, transposedAlong } from './adjoint.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/** Each axis of a mirror pad is a linear map; its transpose adds the mirrored border back inside. */
export const mirrorPadGradient: ReplacedGradient = {
  why: 'stock drops what the border contributes',
  config: {
    kernelName: tf.MirrorPad,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0]!;
      const { paddings, mode } = attrs as unknown as {
        paddings: [number, number][];
        mode: 'reflect' | 'symmetric';
      };
      return {
        x: () => {
          let gradient = dy as tf.Tensor;
          for (const [axis, [before, after]] of paddings.entries()) {
            if (before === 0 && after === 0) continue;
            const map = matrixOf(x.shape[axis]!, (units) =>
              tf.mirrorPad(
                units,
                [
                  [before, after],
                  [0, 0],
                ],
                mode,
              ),
            );
            gradient = transposedAlong(gradient, axis, map);
          }
          return gradient === dy ? tf.clone(gradient) : gradient;
        },
      };
    },
  },
};
