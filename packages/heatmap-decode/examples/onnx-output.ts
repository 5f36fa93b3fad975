// What an exported network (HRNet, SimpleBaseline) gives for a person's crop, as keypoints in the photo. For ViTPose, trained on
// UDP: decodeUdpHeatmaps, and { convention: 'udp' } for cropTransform and heatmapToImage.
import {
  cropFromBox,
  cropTransform,
  decodeHeatmaps,
  encodeHeatmaps,
  heatmapToImage,
  toPoses,
  transformPoints,
} from '@pose-distill/heatmap-decode';

const inputSize = { width: 192, height: 256 };
const heatmapSize = { width: 48, height: 64 };
const crop = cropFromBox({ x: 200, y: 100, width: 120, height: 300 }, inputSize);

/** Stands for `await session.run({ input })` of ONNX Runtime: a tensor [1, 17, 64, 48] with a left wrist at (290.2, 220.4). */
function run(): { heatmaps: { data: Float32Array; dims: readonly number[] } } {
  const inImage = new Float32Array(34).fill(250).fill(290.2, 18, 19).fill(220.4, 19, 20);
  const labels = {
    keypoints: transformPoints(inImage, cropTransform(crop, inputSize)),
    weights: new Float32Array(17).fill(1),
  };
  const options = { batch: 1, keypointCount: 17, inputSize, heatmapSize } as const;
  const { heatmaps } = encodeHeatmaps(labels, { ...options, unbiased: true, layout: 'NCHW' });
  return { heatmaps: { data: heatmaps, dims: [1, 17, 64, 48] } };
}

const { heatmaps } = run();
const decoded = decodeHeatmaps({ data: heatmaps.data, shape: heatmaps.dims, layout: 'NCHW' });
const keypoints = heatmapToImage(decoded.keypoints, crop, heatmapSize);
const [pose] = toPoses({ ...decoded, keypoints });
const { x, y, score } = pose!.keypoints[9]!;
console.log(x.toFixed(1), y.toFixed(1), score.toFixed(2)); // 290.2 220.4 1.00
