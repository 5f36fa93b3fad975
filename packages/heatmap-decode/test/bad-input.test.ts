import { describe, expect, it } from 'vitest';
import * as api from '../src/index.js';

const maps = (data: Float32Array, shape: number[], layout: string): api.Heatmaps =>
  ({ data, shape, layout }) as api.Heatmaps;
const cells = new Float32Array(2 * 3 * 4);
const good = maps(cells, [1, 2, 3, 4], 'NCHW');
const INPUT = { width: 192, height: 256 };
const HEATMAP = { width: 48, height: 64 };
const labels = { keypoints: new Float32Array(34), weights: new Float32Array(17) };
const options = { batch: 1, keypointCount: 16, inputSize: INPUT, heatmapSize: HEATMAP };
const box = { x: 10, y: 10, width: 20, height: 30 };

/** What is wrong, the call, the code, and the part of the message that says where and what. */
const TABLE: readonly [string, () => unknown, api.DecodeErrorCode, string][] = [
  [
    'no layout',
    () => api.decodeHeatmaps({ data: cells, shape: [1, 2, 3, 4] } as never),
    'SHAPE_MISMATCH',
    "as 'undefined'.",
  ],
  [
    'no shape',
    () => api.decodeHeatmaps({ data: cells, layout: 'NCHW' } as never),
    'SHAPE_MISMATCH',
    'four axes',
  ],
  [
    'three axes',
    () => api.softArgmax(maps(cells, [2, 3, 4], 'NCHW')),
    'SHAPE_MISMATCH',
    'got [2, 3, 4]',
  ],
  [
    'a shape of another size',
    () => api.decodeUdpHeatmaps(maps(cells, [1, 2, 3, 5], 'NCHW')),
    'SHAPE_MISMATCH',
    'must hold 30 numbers (shape [1, 2, 3, 5]); it holds 24',
  ],
  [
    'half a cell',
    () => api.decodeByFit(maps(cells, [1, 2, 2.5, 4], 'NCHW')),
    'OUT_OF_RANGE',
    'shape[2] must be an integer',
  ],
  [
    'K of the labels',
    () => api.encodeHeatmaps(labels, options),
    'SHAPE_MISMATCH',
    'keypoints must hold 32',
  ],
  [
    'K of the UDP labels',
    () => api.encodeUdpHeatmaps(labels, options),
    'SHAPE_MISMATCH',
    'keypoints must hold 32',
  ],
  [
    'K of the SimCC labels',
    () => api.encodeSimcc(labels, options),
    'SHAPE_MISMATCH',
    'keypoints must hold 32',
  ],
  [
    'K of the flip indices',
    () => api.flipHeatmaps(good, [0, 1, 2]),
    'SHAPE_MISMATCH',
    'flipIndices must hold 2',
  ],
  [
    'K of the names',
    () => api.toPoses(api.decodeHeatmaps(good), { names: ['nose'] }),
    'SHAPE_MISMATCH',
    'names must hold 2',
  ],
  [
    'channels of UDP combined',
    () => api.decodeUdpCombined(good),
    'OUT_OF_RANGE',
    'a multiple of 3',
  ],
  [
    'SimCC axes that differ',
    () =>
      api.decodeSimcc({
        x: { data: cells, shape: [1, 2, 12] },
        y: { data: cells, shape: [2, 1, 12] },
      }),
    'SHAPE_MISMATCH',
    'must agree in batch and keypoints',
  ],
  [
    'three values a keypoint',
    () => api.decodeRegression({ data: cells, shape: [1, 8, 3] }, { inputSize: INPUT }),
    'OUT_OF_RANGE',
    '2 or 4',
  ],
  [
    'an even blur',
    () => api.decodeHeatmaps(good, { blurKernel: 4 }),
    'OUT_OF_RANGE',
    'blurKernel must be odd; got 4',
  ],
  [
    'out of another length',
    () =>
      api.decodeByFit(good, {}, { keypoints: new Float32Array(3), scores: new Float32Array(2) }),
    'SHAPE_MISMATCH',
    'out.keypoints must hold 4',
  ],
  [
    'a box without sides',
    () => api.cropFromBox({ ...box, width: 0, height: 0 }, INPUT),
    'OUT_OF_RANGE',
    'got 0x0 at (10, 10)',
  ],
  [
    'a box that is no number',
    () => api.cropFromBox({ ...box, x: NaN }, INPUT),
    'OUT_OF_RANGE',
    '(NaN, 10)',
  ],
  [
    'a box turned inside out',
    () => api.cropFromBox({ ...box, width: -5 }, INPUT),
    'OUT_OF_RANGE',
    'box must be finite',
  ],
  [
    'UDP on one column',
    () =>
      api.cropTransform(
        api.cropFromBox(box, INPUT),
        { width: 1, height: 9 },
        { convention: 'udp' },
      ),
    'OUT_OF_RANGE',
    '2x2',
  ],
  [
    'an image of another length',
    () =>
      api.warpImage(
        { data: new Uint8Array(7), width: 2, height: 2, channels: 3 },
        [1, 0, 0, 0, 1, 0],
        { width: 2, height: 2 },
      ),
    'SHAPE_MISMATCH',
    'image.data must hold 12',
  ],
];

describe('bad input', () => {
  it.each(TABLE)('%s', (_, call, code, part) => {
    expect(call).toThrow(part);
    expect(call).toThrow(expect.objectContaining({ name: 'DecodeError', code }));
  });

  it('gives NaN for maps without a number, passes over single ones', () => {
    const nothing = maps(
      cells.map(() => NaN),
      [1, 2, 3, 4],
      'NCHW',
    );
    const triples = maps(new Float32Array(24).fill(NaN), [1, 6, 2, 2], 'NCHW');
    for (const decoded of [
      api.decodeHeatmaps(nothing),
      api.decodeUdpHeatmaps(nothing),
      api.decodeByFit(nothing),
      api.softArgmax(nothing),
      api.decodeUdpCombined(triples),
    ]) {
      expect([...decoded.keypoints].every(Number.isNaN)).toBe(true);
      expect([...decoded.scores].every(Number.isNaN)).toBe(true);
    }
  });

  it('leaves a box outside its image to cleanBox, and shows black for it', () => {
    const outside = { x: 900, y: 10, width: 20, height: 30 };
    expect(api.cleanBox(outside, { width: 640, height: 480 })).toBeUndefined();
    const image = {
      data: new Uint8Array(640 * 480 * 3).fill(9),
      width: 640,
      height: 480,
      channels: 3,
    } as const;
    const crop = api.cropFromBox(outside, INPUT);
    const bytes = api.warpImageToBytes(image, api.cropTransform(crop, INPUT), INPUT);
    expect(bytes.every((value) => value === 0)).toBe(true);
  });
});
