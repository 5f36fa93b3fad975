import { createRandom } from '@pose-distill/internal-random';
import {
  type Codec,
  decodeByFit,
  heatmapCodec,
  regressionCodec,
  simccCodec,
  softArgmax,
  udpCodec,
  udpCombinedCodec,
} from '../src/index.js';

/** Keypoints that each codec gives back for the same labels, on maps with noise; the same in every engine. */
export default function decodeAll(): Record<string, number[]> {
  const keypointCount = 6;
  const shapes = {
    keypointCount,
    inputSize: { width: 96, height: 128 },
    heatmapSize: { width: 24, height: 32 },
  };
  const random = createRandom(1, 'codecs in a browser');
  const keypoints = Float32Array.from({ length: 2 * keypointCount }, (_, i) =>
    random.between(0, i % 2 === 0 ? 95 : 127),
  );
  const labels = { keypoints, weights: new Float32Array(keypointCount).fill(1) };
  const noise = (data: Float32Array): void => {
    for (let i = 0; i < data.length; i++) data[i] = data[i]! + 0.01 * random.normal();
  };
  const through = <T>(codec: Codec<T>, arrays: (encoded: T) => Float32Array[]): number[] => {
    const { encoded } = codec.encode(labels);
    for (const data of arrays(encoded)) noise(data);
    const { keypoints, scores } = codec.decode(encoded);
    return [...keypoints, ...scores];
  };
  const data = (encoded: { readonly data: Float32Array }): Float32Array[] => [encoded.data];
  return {
    dark: through(heatmapCodec({ ...shapes, unbiased: true }), data),
    fit: through(heatmapCodec({ ...shapes, decode: decodeByFit }), data),
    soft: through(
      heatmapCodec({ ...shapes, decode: (maps) => softArgmax(maps, { beta: 10 }) }),
      data,
    ),
    udp: through(udpCodec({ ...shapes, layout: 'NCHW' }), data),
    combined: through(udpCombinedCodec(shapes), data),
    simcc: through(simccCodec({ ...shapes, refine: 'dark' }), ({ x, y }) => [x.data, y.data]),
    regression: through(regressionCodec(shapes), data),
  };
}
