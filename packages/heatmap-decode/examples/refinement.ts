// How far off each refinement is on noise-free and on noisy heatmaps, in heatmap pixels.
import { decodeByFit, decodeHeatmaps, softArgmax } from '@pose-distill/heatmap-decode';

const [count, width, height, sigma] = [400, 48, 64, 2];
let state = 1;
const uniform = (): number => {
  state = (state * 16807) % 2147483647; // Lehmer's generator: the same numbers everywhere
  return state / 2147483647;
};

for (const noise of [0, 0.05]) {
  const data = new Float32Array(count * width * height);
  const truth = new Float32Array(count * 2);
  for (let k = 0, i = 0; k < count; k++) {
    const [cx, cy] = [8 + uniform() * (width - 17), 8 + uniform() * (height - 17)];
    truth.set([cx, cy], k * 2);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        data[i++] =
          Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma * sigma)) +
          noise * (uniform() - 0.5);
  }
  const maps = { data, shape: [1, count, height, width], layout: 'NCHW' } as const;
  const results = {
    none: decodeHeatmaps(maps, { refine: 'none' }),
    quarter: decodeHeatmaps(maps, { refine: 'quarter' }),
    dark: decodeHeatmaps(maps, { refine: 'dark' }),
    fit: decodeByFit(maps),
    soft: softArgmax(maps, { beta: 10, debias: 'closed-form' }),
  };
  for (const [name, { keypoints }] of Object.entries(results)) {
    let sum = 0;
    for (let i = 0; i < keypoints.length; i += 2)
      sum += Math.hypot(keypoints[i]! - truth[i]!, keypoints[i + 1]! - truth[i + 1]!);
    console.log(`noise ${noise}`, name, (sum / count).toFixed(3));
  }
}
