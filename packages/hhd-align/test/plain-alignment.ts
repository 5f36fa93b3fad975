/**
 * The alignment once more, in doubles and plain loops, written after the published procedure: pad with zeros, cut, then
 * copy columns and rows over. Maps are `[H][W]`.
 */
export type PlainMap = readonly (readonly number[])[];

export interface PlainPoint {
  readonly x: number;
  readonly y: number;
}

export interface PlainOptions {
  readonly width: number;
  readonly height: number;
  readonly normalisation: 'l2' | 'l1' | 'softmax' | 'none';
}

export function plainPeak(map: PlainMap): PlainPoint {
  let best = { x: 0, y: 0 };
  map.forEach((row, y) => {
    row.forEach((value, x) => {
      if (value > map[best.y]![best.x]!) best = { x, y };
    });
  });
  return best;
}

export function plainCentre(
  student: PlainMap,
  peak: PlainPoint,
  variant: 'paper' | 'reference',
  beta: number,
): PlainPoint {
  const cells = student.flat();
  const [height, width] = [student.length, student[0]!.length];
  const sum = (sharpness: number) => cells.reduce((s, v) => s + Math.exp(sharpness * v), 0);
  if (variant === 'reference') {
    const c = sum(1);
    const shift = (t: number, size: number) => {
      const moved = (c / (c - 1)) * (t - 1 / (2 * c));
      return moved > -1 && moved < size ? Math.trunc(moved) + 0 : t;
    };
    return { x: shift(peak.x, width), y: shift(peak.y, height) };
  }
  const c = sum(beta) / cells.length;
  const shift = (t: number, size: number) =>
    c < 1.05 ? t : Math.min(size - 1, Math.max(0, Math.round((c * t - (size - 1) / 2) / (c - 1))));
  return { x: shift(peak.x, width), y: shift(peak.y, height) };
}

export function plainNormalise(map: PlainMap, mode: PlainOptions['normalisation']): number[][] {
  const cells = map.flat();
  if (mode === 'none') return map.map((row) => [...row]);
  if (mode === 'softmax') {
    const top = Math.max(...cells);
    const sum = cells.reduce((s, v) => s + Math.exp(v - top), 0);
    return map.map((row) => row.map((v) => Math.exp(v - top) / sum));
  }
  const norm =
    mode === 'l2'
      ? Math.sqrt(cells.reduce((s, v) => s + v * v, 0))
      : cells.reduce((s, v) => s + Math.abs(v), 0);
  return map.map((row) => row.map((v) => (norm > 0 ? v / norm : 0)));
}

/** Pads with zeros, cuts, fills columns, then rows. */
export function plainWindow(
  map: PlainMap,
  centre: PlainPoint,
  width: number,
  height: number,
): number[][] {
  const [left, top] = [centre.x - Math.floor(width / 2), centre.y - Math.floor(height / 2)];
  const isColumn = (i: number) => left + i >= 0 && left + i < map[0]!.length;
  const isRow = (j: number) => top + j >= 0 && top + j < map.length;
  const cut = Array.from({ length: height }, (_, j) =>
    Array.from({ length: width }, (_, i) => map[top + j]?.[left + i] ?? 0),
  );
  const columns = cut.map((row) => row.map((v, i) => (isColumn(i) ? v : row[width - 1 - i]!)));
  return columns.map((row, j) => (isRow(j) ? row : columns[height - 1 - j]!));
}

export function plainAligned(map: PlainMap, centre: PlainPoint, options: PlainOptions): number[] {
  const normalised = plainNormalise(map, options.normalisation);
  return plainWindow(normalised, centre, options.width, options.height).flat();
}

/** Gradient of sum(dy * aligned window) by central differences in doubles, window centre held. */
export function plainGradient(
  map: PlainMap,
  centre: PlainPoint,
  options: PlainOptions,
  dy: ArrayLike<number>,
): number[] {
  const value = (at: PlainMap) =>
    plainAligned(at, centre, options).reduce((s, v, i) => s + v * dy[i]!, 0);
  return map.flatMap((row, y) =>
    row.map((v, x) => {
      const step = 1e-5 * Math.max(1, Math.abs(v));
      const moved = (by: number) =>
        map.map((r, j) => (j === y ? r.map((w, i) => (i === x ? w + by : w)) : r));
      return (value(moved(step)) - value(moved(-step))) / (2 * step);
    }),
  );
}
