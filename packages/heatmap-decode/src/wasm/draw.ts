import type { Axis } from '../gaussian-axes.js';
import { drawMaps, type MapDrawer } from '../gaussian-maps.js';
import { after, nativeWith } from './engine.js';

/** Gaussians that cover the map are multiplied by vectors, one image at a time; patches are few cells and drawn plainly. */
export const drawNative: MapDrawer = (maps) => {
  const { columns, rows, out, start, length, cell } = maps;
  const count = rows.from.length;
  const columnsAt = 64;
  const rowsAt = after(columnsAt, columns.values.byteLength);
  const mapsAt = after(rowsAt, rows.values.byteLength);
  const native = maps.reach < Infinity ? nativeWith(mapsAt + length * 4) : undefined;
  if (!native) {
    drawMaps(maps);
    return;
  }
  const { buffer } = native.memory;
  const planar = cell === 1;
  put(columns, planar, new Float64Array(buffer, columnsAt, columns.values.length));
  put(rows, planar, new Float64Array(buffer, rowsAt, rows.values.length));
  const products = planar ? native.planarProducts : native.interleavedProducts;
  products(columnsAt, columns.size, rowsAt, rows.size, count, mapsAt);
  out.set(new Float32Array(buffer, mapsAt, length), start);
};

/** Copies an axis, zeros included, keypoint after keypoint (planar) or cell after cell. */
function put(axis: Axis, planar: boolean, to: Float64Array): void {
  const { values, size, from, to: end } = axis;
  const count = from.length;
  const [keypoint, cell] = planar ? [size, 1] : [1, count];
  to.fill(0);
  for (let k = 0; k < count; k++) {
    for (let i = from[k]!; i < end[k]!; i++) to[k * keypoint + i * cell] = values[k * size + i]!;
  }
}
