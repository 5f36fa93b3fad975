import { DecodeError, requireInteger, requireLength } from './error.js';

/** Order of the four axes: `NHWC` [B, H, W, K] (tfjs) or `NCHW` [B, K, H, W] (exported ONNX models). */
export type Layout = 'NHWC' | 'NCHW';

/** Heatmaps of a batch; `shape` has four axes in the order of `layout`. */
export interface Heatmaps {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly layout: Layout;
}

/** Where the cells of a map lie: cell i of keypoint k of image b is at b * image + k * keypoint + i * cell. */
export interface Grid {
  readonly batch: number;
  readonly keypointCount: number;
  readonly width: number;
  readonly height: number;
  readonly image: number;
  readonly keypoint: number;
  readonly cell: number;
}

/** One map inside an array: cell (x, y) is at start + (y * width + x) * step. */
export interface MapView {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly step: number;
  start: number;
}

/** The steps through an array of B x K maps. */
export function gridOf(
  layout: Layout,
  batch: number,
  keypointCount: number,
  width: number,
  height: number,
): Grid {
  const cells = width * height;
  const image = cells * keypointCount;
  return layout === 'NCHW'
    ? { batch, keypointCount, width, height, image, keypoint: cells, cell: 1 }
    : { batch, keypointCount, width, height, image, keypoint: 1, cell: keypointCount };
}

/** Checks heatmaps and gives their steps. @throws SHAPE_MISMATCH */
export function checkHeatmaps(maps: Heatmaps): Grid {
  const { data, shape, layout } = maps;
  if (shape?.length !== 4 || (layout !== 'NHWC' && layout !== 'NCHW')) {
    throw new DecodeError(
      'SHAPE_MISMATCH',
      `Give heatmaps four axes, [B, H, W, K] as 'NHWC' or [B, K, H, W] as 'NCHW'; got [${shape?.join(', ')}] as '${layout}'.`,
      { shape, layout },
    );
  }
  for (let axis = 0; axis < 4; axis++) {
    requireInteger(`shape[${axis}]`, shape[axis]!, axis === 0 ? 0 : 1);
  }
  const [batch, second, third, fourth] = shape as readonly [number, number, number, number];
  requireLength(
    'heatmaps.data',
    data.length,
    batch * second * third * fourth,
    `shape [${shape.join(', ')}]`,
  );
  return layout === 'NCHW'
    ? gridOf(layout, batch, second, fourth, third)
    : gridOf(layout, batch, fourth, third, second);
}
