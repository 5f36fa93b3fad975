/**
 * Writes the register-tiled inner loops in AssemblyScript.
 *
 * One source text per tile size keeps every accumulator in a named local, which is what the engine's
 * register allocator needs; a loop over an array of accumulators would go through memory.
 */

/**
 * Accumulator rows of a tile.
 *
 * V8 loads everything that a loop body loads before it computes, so accumulators and loaded values must fit the fifteen
 * vector registers together: 4 rows of two vectors, two vectors of one operand and four broadcast values of the other are
 * fourteen. For the same reason the loops are not unrolled. Six rows spill, and take nearly twice the time.
 *
 * Where V8 joins two vectors of 128 bits into one of 256, tiles of 16 columns take those fourteen registers, and narrower ones
 * have too few accumulators to hide the latency of a multiplication.
 */
const ROWS = [1, 2, 3, 4];

const range = (count) => Array.from({ length: count }, (_, index) => index);
const lines = (items) => items.flat(Number.POSITIVE_INFINITY).join('\n');

/** Vectors that `columns` floats fill. */
const vectors = (columns) => Math.ceil(columns / 4);

/** Two panels of 8 columns side by side. */
const PAIR = 16;

/**
 * `C[pixel][column..columns] = bias + sum over taps and k of A[pixel, tap][k] * B[tap, k][..]`, A read through pointers.
 *
 * All columns of a few pixels before the next pixels, so that the results are written in long runs.
 */
function gatherTile(rows, columns) {
  const parts = range(vectors(columns));
  const each = (make) => range(rows).flatMap((row) => parts.map((part) => make(row, part)));
  const isPair = columns === PAIR;
  const rowBytes = isPair ? 32 : columns * 4;
  // The second panel of a pair lies one panel further.
  const at = (name, next, part) =>
    part < 2 ? `${name}, ${part * 16}` : `${next}, ${part * 16 - 32}`;
  const part = (row) =>
    `        storePart(o${row}, c${row}_0, c${row}_${parts.length - 1}, columns - column);`;
  return `
function gather${rows}x${columns}(
  groups: u32, pointers: usize, outputs: usize, taps: u32, k: u32, packed: usize, panelBytes: usize, skip: usize,
  column: u32, columns: u32,
): void {
  const first = column;
  for (let group: u32 = 0; group < groups; group++) {
    let panel = packed;
    for (column = first; column < columns; column += ${columns}) {
${lines(each((row, part) => `      let c${row}_${part} = v128.load(${at('panel', 'panel + panelBytes', part)});`))}
      let b = panel + ${rowBytes} + skip;
${isPair ? '      let d = b + panelBytes;' : ''}
      let pointer = pointers;
      for (let tap: u32 = 0; tap < taps; tap++) {
${lines(range(rows).map((row) => `        let p${row} = load<usize>(pointer, ${row * 4});`))}
        pointer += ${rows * 4};
        for (let left = k; left != 0; left--) {
${lines(parts.map((part) => `          const b${part} = v128.load(${at('b', 'd', part)});`))}
${lines(range(rows).map((row) => `          const a${row} = v128.load32_splat(p${row});`))}
${lines(each((row, part) => `          c${row}_${part} = multiplyAdd(a${row}, b${part}, c${row}_${part});`))}
${lines(range(rows).map((row) => `          p${row} += 4;`))}
          b += ${rowBytes};
${isPair ? `          d += ${rowBytes};` : ''}
        }
      }
      const offset: usize = column << 2;
${lines(range(rows).map((row) => `      const o${row} = load<usize>(outputs, ${row * 4}) + offset;`))}
      ${isPair ? '' : `if (columns - column >= ${columns}) `}{
${lines(range(rows).map((row) => parts.map((part) => `        v128.store(o${row}, c${row}_${part}, ${part * 16});`)))}
      }
${isPair ? '' : ['      else {', ...range(rows).map(part), '      }'].join('\n')}
      panel += ${isPair ? '2 * panelBytes' : 'panelBytes'};
    }
    pointers += taps * ${rows * 4};
    outputs += ${rows * 4};
  }
}`;
}

/** Reads `columns` floats, never a byte more. */
function loadColumns(name, columns) {
  if (columns === PAIR) {
    return [
      ...loadColumns('b', 8),
      ...range(2).map((part) => `        const b${part + 2} = v128.load(next, ${part * 16});`),
    ];
  }
  if (columns >= 4) {
    return range(vectors(columns)).map(
      (part) => `        const ${name}${part} = v128.load(dy, ${part * 16});`,
    );
  }
  if (columns === 1) return [`        const ${name}0 = v128.load32_zero(dy);`];
  if (columns === 2) return [`        const ${name}0 = v128.load64_zero(dy);`];
  return [`        const ${name}0 = v128.load_lane<f32>(dy + 8, v128.load64_zero(dy), 2);`];
}

/** `acc[i][j] += sum over pixels of x[pixel][i] * dy[pixel][j]`: both operands are read where they lie. */
function outerTile(rows, columns) {
  const parts = range(vectors(columns));
  const each = (make) => range(rows).flatMap((row) => parts.map((part) => make(row, part)));
  const isPair = columns === PAIR;
  const width = isPair ? 2 : parts.length;
  // The second tile of a pair has its own place and its own columns of dy.
  const at = (row, part) =>
    `${part < width ? 'acc' : 'accNext'}, ${(row * width + (part % width)) * 16}`;
  return `
function outer${rows}x${columns}(
  x: usize, dy: usize, lines: u32, pixels: u32, xStep: usize, dyStep: usize, xGap: usize, dyGap: usize, acc: usize,${isPair ? ' next: usize, accNext: usize,' : ''}
): void {
${lines(each((row, part) => `  let c${row}_${part} = v128.load(${at(row, part)});`))}
  for (let line: u32 = 0; line < lines; line++) {
    for (let pixel: u32 = 0; pixel < pixels; pixel++) {
${lines(loadColumns('b', columns))}
${lines(range(rows).map((row) => [`        const a${row} = v128.load32_splat(x, ${row * 4});`, ...parts.map((part) => `        c${row}_${part} = multiplyAdd(a${row}, b${part}, c${row}_${part});`)]))}
      x += xStep;
      dy += dyStep;
${isPair ? '      next += dyStep;' : ''}
    }
    x += xGap;
    dy += dyGap;
${isPair ? '    next += dyGap;' : ''}
  }
${lines(each((row, part) => `  v128.store(${at(row, part).replace(',', `, c${row}_${part},`)});`))}
}`;
}

/** A switch over the tile heights. */
function dispatch(name, parameters, call) {
  return `
export function ${name}(rows: u32, ${parameters}): void {
  switch (rows) {
${lines(ROWS.map((rows) => `    case ${rows}: ${call(rows)}; return;`))}
  }
}`;
}

const GATHER = `groups: u32, pointers: usize, outputs: usize, taps: u32, k: u32, packed: usize, panelBytes: usize, skip: usize, column: u32, columns: u32`;
const OUTER = `x: usize, dy: usize, lines: u32, pixels: u32, xStep: usize, dyStep: usize, xGap: usize, dyGap: usize, acc: usize`;
const OUTER_PAIR = `${OUTER}, next: usize, accNext: usize`;
const names = (parameters) => parameters.replaceAll(/: \w+/g, '');

export function tilesSource() {
  const gather = [PAIR, 8, 4];
  const outer = [PAIR, 8, 4, 3, 2, 1];
  return [
    `import { multiplyAdd, storePart } from '../assembly/simd';`,
    `export const MOST_ROWS: u32 = ${ROWS.length};`,
    ...gather.flatMap((columns) => [
      ...ROWS.map((rows) => gatherTile(rows, columns)),
      dispatch(`gather${columns}`, GATHER, (rows) => `gather${rows}x${columns}(${names(GATHER)})`),
    ]),
    ...outer.flatMap((columns) => [
      ...ROWS.map((rows) => outerTile(rows, columns)),
      dispatch(
        `outer${columns}`,
        columns === PAIR ? OUTER_PAIR : OUTER,
        (rows) => `outer${rows}x${columns}(${names(columns === PAIR ? OUTER_PAIR : OUTER)})`,
      ),
    ]),
    '',
  ].join('\n');
}
