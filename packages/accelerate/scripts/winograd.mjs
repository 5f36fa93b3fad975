/**
 * Writes the transforms of Winograd's convolutions in AssemblyScript: straight lines of SIMD over channels.
 *
 * One axis of a convolution that reads `T` inputs and gives four outputs takes `P` products: input `B x`, filter `G w`,
 * output `A ((G w) * (B x))`. Two axes nest. The gradient of the filter is `G' ((A' dy) * (B x))`, with the same matrices.
 */

/** Toom and Cook's matrices of `outputs` values of a filter of `taps`, from the given points and infinity. */
function cookToom(points, outputs, taps) {
  const size = outputs + taps - 1;
  const others = (point) => points.filter((other) => other !== point);
  // Coefficients of the product of (t - root), lowest power first.
  const polynomial = (roots) => {
    const product = [1];
    for (const root of roots) {
      product.push(0);
      for (let i = product.length - 1; i >= 0; i--)
        product[i] = (product[i - 1] ?? 0) - root * product[i];
    }
    return product;
  };
  const powers = (point, count) => range(count).map((power) => point ** power);
  const unit = (count) => range(count).map((i) => (i === count - 1 ? 1 : 0));
  const padded = (row) => range(size).map((i) => row[i] ?? 0);
  return {
    input: [...points.map(others), points].map((roots) => padded(polynomial(roots))),
    filter: [
      ...points.map((point) => {
        const scale = others(point).reduce((product, other) => product * (point - other), 1);
        return powers(point, taps).map((power) => power / scale);
      }),
      unit(taps),
    ],
    output: transpose([...points.map((point) => powers(point, outputs)), unit(outputs)]),
  };
}

/**
 * Points whose products stay small: errors are one and a half to three times those of the sums they replace, where the usual
 * 0, 1, -1, 2, -2 give six times.
 */
const THREE = cookToom([0, 0.75, -0.75, 1.5, -1.5], 4, 3);
const TWO = cookToom([0.5, -0.5, 1.25, -1.25], 4, 2);
const ONE = { input: identity(4), filter: range(4).map(() => [1]), output: identity(4) };

/**
 * Stride 2 is the sum of two convolutions, over the even and the odd inputs, with every other tap each. Backwards each gives
 * the outputs of one parity (`spread`).
 */
const SCHEMES = [
  { ...THREE, spread: THREE.output },
  halves(TWO, ONE, [[0, 2], [1]], 3),
  halves(
    TWO,
    TWO,
    [
      [0, 2],
      [1, 3],
    ],
    4,
  ),
];

function halves(first, second, taps, count) {
  const place = (matrix, which) =>
    matrix.map((row) => range(count).map((tap) => row[which.indexOf(tap)] ?? 0));
  return {
    input: diagonal(first.input, second.input),
    filter: [...place(first.filter, taps[0]), ...place(second.filter, taps[1])],
    output: first.output.map((row, i) => [...row, ...second.output[i]]),
    spread: diagonal(first.output, second.output),
  };
}

function range(count) {
  return Array.from({ length: count }, (_, index) => index);
}
function identity(size) {
  return range(size).map((i) => range(size).map((j) => (i === j ? 1 : 0)));
}
function transpose(matrix) {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]));
}
function diagonal(a, b) {
  return [
    ...a.map((row) => [...row, ...b[0].map(() => 0)]),
    ...b.map((row) => [...a[0].map(() => 0), ...row]),
  ];
}

const lines = (items) => items.flat(Number.POSITIVE_INFINITY).join('\n');
const same = (a, b) => Math.abs(a - b) < 1e-12;

/** Magnitudes that some transform multiplies with; kernels read them from memory, where the engine keeps them in registers. */
class Constants {
  values = [];
  name(value) {
    const size = Math.abs(value);
    let index = this.values.findIndex((known) => same(known, size));
    if (index < 0) index = this.values.push(size) - 1;
    return `k${index}`;
  }
}

/** One linear form as an expression. */
function form(terms, constants) {
  const used = terms.filter(([factor]) => !same(factor, 0));
  const plain = used.findIndex(([factor]) => same(factor, 1));
  const [[factor, name], ...rest] = plain < 0 ? used : [used[plain], ...used.toSpliced(plain, 1)];
  let text;
  if (same(factor, 1)) text = name;
  else if (same(factor, -1)) text = `f32x4.neg(${name})`;
  else {
    text = `f32x4.mul(${name}, ${constants.name(factor)})`;
    if (factor < 0) text = `f32x4.neg(${text})`;
  }
  for (const [next, value] of rest) {
    if (same(next, 1)) text = `f32x4.add(${text}, ${value})`;
    else if (same(next, -1)) text = `f32x4.sub(${text}, ${value})`;
    else if (next > 0) text = `multiplyAdd(${value}, ${constants.name(next)}, ${text})`;
    else text = `multiplySubtract(${value}, ${constants.name(next)}, ${text})`;
  }
  return text;
}

/** Pairs of rows that differ only in signs: their common and their opposite part are added once. */
function pairs(matrix) {
  const found = new Map();
  const free = new Set(matrix.keys());
  for (const first of matrix.keys()) {
    if (!free.has(first)) continue;
    for (const second of free) {
      if (second <= first) continue;
      const a = matrix[first];
      const b = matrix[second];
      const alike = a.every((value, i) => same(Math.abs(value), Math.abs(b[i])));
      const equal = a.some((value, i) => !same(value, 0) && same(value, b[i]));
      if (!alike || !equal) continue;
      found.set(first, second);
      free.delete(first);
      free.delete(second);
      break;
    }
  }
  return found;
}

/** Statements that compute `y = matrix x`. */
function transform(matrix, constants) {
  const byRow = pairs(matrix);
  const byColumn = pairs(transpose(matrix));
  const out = [];
  if (byRow.size >= byColumn.size) {
    const seconds = new Set(byRow.values());
    for (const [row, values] of matrix.entries()) {
      if (seconds.has(row)) continue;
      const other = byRow.get(row);
      const terms = values.map((value, i) => [value, `x${i}`]);
      if (other === undefined) {
        out.push(`const y${row} = ${form(terms, constants)};`);
        continue;
      }
      const isCommon = (i) => same(values[i], matrix[other][i]);
      const common = form(
        terms.filter((_, i) => isCommon(i)),
        constants,
      );
      const opposite = terms.filter((term, i) => !same(term[0], 0) && !isCommon(i));
      if (opposite.length === 0) {
        out.push(`const y${row} = ${common};`, `const y${other} = y${row};`);
        continue;
      }
      out.push(
        `const e${row} = ${common};`,
        `const o${row} = ${form(opposite, constants)};`,
        `const y${row} = f32x4.add(e${row}, o${row});`,
        `const y${other} = f32x4.sub(e${row}, o${row});`,
      );
    }
    return out;
  }
  const seconds = new Set(byColumn.values());
  for (const [first, second] of byColumn) {
    if (matrix.some((row) => !same(row[first], 0) && same(row[first], row[second])))
      out.push(`const s${first} = f32x4.add(x${first}, x${second});`);
    if (matrix.some((row) => !same(row[first], 0) && same(row[first], -row[second])))
      out.push(`const d${first} = f32x4.sub(x${first}, x${second});`);
  }
  for (const [row, values] of matrix.entries()) {
    const terms = values.flatMap((value, i) => {
      if (seconds.has(i) || same(value, 0)) return [];
      const other = byColumn.get(i);
      if (other === undefined) return [[value, `x${i}`]];
      return [[value, `${same(value, values[other]) ? 's' : 'd'}${i}`]];
    });
    out.push(`const y${row} = ${form(terms, constants)};`);
  }
  return out;
}

/** Bytes of channels handled at a time, so that what lies between the two axes stays in the first-level cache. */
const CHUNK = 256;

/** Reads the constants that the statements use. */
function readConstants(statements) {
  const used = new Set(lines(statements).match(/\bk\d+\b/g) ?? []);
  return [...used].map(
    (name) => `  const ${name} = v128.load32_splat(constants, ${Number(name.slice(1)) * 4});`,
  );
}

const POSITION = '((c >> 5) * pairBytes + ((c >> 4) & 1) * secondBytes)';

/** Two axes of a transform from pixels (their addresses in a table) to planes, one for each product. */
function toPlanes(name, matrix, constants) {
  const inputs = range(matrix[0].length);
  const outputs = range(matrix.length);
  const statements = transform(matrix, constants);
  const row = inputs.length * CHUNK;
  return `
function ${name}(
  pointers: usize, bytes: usize, temporary: usize, constants: usize, to: usize, planeBytes: usize, pairBytes: usize, secondBytes: usize,
): void {
${lines(readConstants(statements))}
  for (let start: usize = 0; start < bytes; start += ${CHUNK}) {
    const end = min(bytes, start + ${CHUNK});
    for (let j: usize = 0; j < ${inputs.length}; j++) {
${lines(inputs.map((i) => `      const p${i} = load<usize>(pointers + (j << 2), ${i * inputs.length * 4});`))}
      let at = temporary + j * ${CHUNK};
      for (let c = start; c < end; c += 16) {
${lines(inputs.map((i) => `        const x${i} = v128.load(p${i} + c);`))}
${lines(statements.map((statement) => `        ${statement}`))}
${lines(outputs.map((i) => `        v128.store(at, y${i}, ${i * row});`))}
        at += 16;
      }
    }
    let from = temporary;
    let plane = to;
    for (let i = 0; i < ${outputs.length}; i++) {
      let at = from;
      for (let c = start; c < end; c += 16) {
${lines(inputs.map((j) => `        const x${j} = v128.load(at, ${j * CHUNK});`))}
${lines(statements.map((statement) => `        ${statement}`))}
        let out = plane + ${POSITION};
${lines(outputs.map((j) => [`        v128.store(out, y${j});`, j < outputs.length - 1 ? '        out += planeBytes;' : []]))}
        at += 16;
      }
      from += ${row};
      plane += ${outputs.length} * planeBytes;
    }
  }
}`;
}

/** Two axes of a transform from planes to pixels; rows whose first address is 0 are left out. */
function toPixels(name, matrix, constants) {
  const inputs = range(matrix[0].length);
  const outputs = range(matrix.length);
  const statements = transform(matrix, constants);
  const row = inputs.length * CHUNK;
  return `
function ${name}(
  pointers: usize, bytes: usize, temporary: usize, constants: usize, from: usize, planeBytes: usize, pairBytes: usize, secondBytes: usize,
): void {
${lines(readConstants(statements))}
  const rowOfPlanes = ${inputs.length} * planeBytes;
  for (let start: usize = 0; start < bytes; start += ${CHUNK}) {
    const end = min(bytes, start + ${CHUNK});
    for (let j: usize = 0; j < ${inputs.length}; j++) {
      const plane = from + j * planeBytes;
      let at = temporary + j * ${CHUNK};
      for (let c = start; c < end; c += 16) {
        let out = plane + ${POSITION};
${lines(inputs.map((i) => [`        const x${i} = v128.load(out);`, i < inputs.length - 1 ? '        out += rowOfPlanes;' : []]))}
${lines(statements.map((statement) => `        ${statement}`))}
${lines(outputs.map((i) => `        v128.store(at, y${i}, ${i * row});`))}
        at += 16;
      }
    }
    for (let i: usize = 0; i < ${outputs.length}; i++) {
      const line = pointers + i * ${outputs.length * 4};
${lines(outputs.map((j) => `      const p${j} = load<usize>(line, ${j * 4});`))}
      if (p0 == 0) continue;
      let at = temporary + i * ${row};
      for (let c = start; c < end; c += 16) {
${lines(inputs.map((j) => `        const x${j} = v128.load(at, ${j * CHUNK});`))}
${lines(statements.map((statement) => `        ${statement}`))}
${lines(outputs.map((j) => `        v128.store(p${j} + c, y${j});`))}
        at += 16;
      }
    }
  }
}`;
}

const PARAMETERS =
  'pointers: usize, bytes: usize, temporary: usize, constants: usize, at: usize, planeBytes: usize, pairBytes: usize, secondBytes: usize';
const ARGUMENTS = PARAMETERS.replaceAll(/: \w+/g, '');

function dispatch(name, functions) {
  return `
export function ${name}(which: u32, ${PARAMETERS}): void {
  switch (which) {
${lines(functions.map((called, index) => `    case ${index}: ${called}(${ARGUMENTS}); return;`))}
  }
}`;
}

export function winogradSource() {
  const constants = new Constants();
  const spreading = SCHEMES.flatMap(({ input, filter, output }, scheme) => [
    [`input${scheme}`, input],
    [`filter${scheme}`, filter],
    [`gradient${scheme}`, transpose(output)],
  ]);
  const collecting = SCHEMES.flatMap(({ filter, output, spread }, scheme) => [
    [`output${scheme}`, output],
    ...(scheme === 0 ? [[`output${scheme}`, null]] : [[`spread${scheme}`, spread]]),
    [`filterGradient${scheme}`, transpose(filter)],
  ]);
  const functions = [
    ...spreading.map(([name, matrix]) => toPlanes(name, matrix, constants)),
    ...collecting.flatMap(([name, matrix]) => (matrix ? [toPixels(name, matrix, constants)] : [])),
  ];
  const most = Math.max(...SCHEMES.map(({ input }) => input.length));
  return [
    `import { multiplyAdd, multiplySubtract } from '../assembly/simd';`,
    ...functions,
    dispatch(
      'toPlanes',
      spreading.map(([name]) => name),
    ),
    dispatch(
      'toPixels',
      collecting.map(([name]) => name),
    ),
    `
/** Bytes that the two areas of a transform take: constants, and values between the two axes. */
export const CONSTANT_BYTES: usize = ${Math.ceil(constants.values.length / 4) * 16};
export const TEMPORARY_BYTES: usize = ${most * most * CHUNK};

/** Writes the transforms' constants. */
export function storeConstants(to: usize): void {
${lines(constants.values.map((value, index) => `  store<f32>(to, ${value}, ${index * 4});`))}
}
`,
  ].join('\n');
}
