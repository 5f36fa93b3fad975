// How far keypoints come back off, in heatmap pixels, by their distance from the border: the largest of 400 along either axis.
import {
  type Codec,
  decodeByFit,
  decodeUdpHeatmaps,
  heatmapCodec,
  regressionCodec,
  simccCodec,
  softArgmax,
  udpCodec,
  udpCombinedCodec,
} from '@pose-distill/heatmap-decode';

const [keypointCount, stride] = [400, 4]; // input pixels to a cell
const inputSize = { width: 192, height: 256 };
const shapes = { keypointCount, inputSize, heatmapSize: { width: 48, height: 64 }, unbiased: true };
const labels = { keypoints: new Float32Array(800), weights: new Float32Array(400).fill(1) };

let state = 1;
const uniform = (): number => {
  state = (state * 16807) % 2147483647; // Lehmer's generator: the same numbers everywhere
  return state / 2147483647;
};

/** Places 400 keypoints whose nearer border along x is `from` to `to` cells away, and along y at least `from`. */
function place(from: number, to: number): Float32Array {
  return labels.keypoints.map((_, i) => {
    if (i % 2 === 1) return (from + uniform() * (63 - 2 * from)) * stride;
    const x = from + uniform() * (to - from);
    return (uniform() < 0.5 ? x : 47 - x) * stride;
  });
}

const distances = [0, 1, 2, 3, 4, 6, 8, 12];
const spans = distances.slice(1).map((to, i) => [distances[i]!, to] as const);
const places = spans.map(([from, to]) => place(from, to));

function report<T>(name: string, codec: Codec<T>): void {
  const errors = places.map((keypoints) => {
    const decoded = codec.decode(codec.encode({ ...labels, keypoints }).encoded);
    const off = decoded.keypoints.map((value, i) => Math.abs(value - keypoints[i]!) / stride);
    return Math.max(...off).toFixed(3);
  });
  console.log(name, ...errors);
}

console.log('cells from the border', ...spans.map(([from, to]) => `${from}-${to}`));
report('classic, DARK', heatmapCodec(shapes));
report('classic, fit', heatmapCodec({ ...shapes, decode: decodeByFit }));
report(
  'classic, soft-argmax',
  heatmapCodec({
    ...shapes,
    decode: (maps) => softArgmax(maps, { beta: 10, debias: 'closed-form' }),
  }),
);
report('UDP', udpCodec(shapes));
report(
  'UDP of mmpose',
  udpCodec({ ...shapes, decode: (maps) => decodeUdpHeatmaps(maps, { rules: 'mmpose' }) }),
);
report('UDP, fit', udpCodec({ ...shapes, decode: decodeByFit }));
report('UDP combined', udpCombinedCodec(shapes));
report('SimCC, DARK', simccCodec({ ...shapes, refine: 'dark' }));
report('SimCC, fit', simccCodec({ ...shapes, refine: 'fit' }));
report('SimCC on whole bins', simccCodec({ ...shapes, unbiased: false }));
report('regression', regressionCodec(shapes));
