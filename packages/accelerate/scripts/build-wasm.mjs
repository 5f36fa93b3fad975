/** Compiles `assembly/` twice (with and without relaxed SIMD) and embeds both modules in `src/binary.generated.ts`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import asc from 'assemblyscript/asc';
import { tilesSource } from './tiles.mjs';
import { winogradSource } from './winograd.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Largest memory of tfjs-backend-wasm, in pages: an import may not declare less. */
const MAXIMUM_PAGES = 65536;

mkdirSync(`${root}/build`, { recursive: true });
writeFileSync(`${root}/build/tiles.ts`, tilesSource());
writeFileSync(`${root}/build/winograd.ts`, winogradSource());

const plain = await compile('plain', 'simd,threads');
const relaxed = await compile('relaxed', 'simd,threads,relaxed-simd');
const offset = memoryFlag(plain);
if (memoryFlag(relaxed) !== offset)
  throw new Error('The two builds import their memory at different offsets.');

writeFileSync(
  `${root}/src/binary.generated.ts`,
  `// Written by scripts/build-wasm.mjs from assembly/.

/** Byte of the imported memory's limits: 3 = shared with a maximum, 1 = unshared with a maximum. */
export const MEMORY_FLAG_OFFSET: number = ${offset};

/** WebAssembly module with 128-bit SIMD, base64. */
export const PLAIN: string =
  '${plain.toString('base64')}';

/** The same with relaxed SIMD (fused multiply-add), base64. */
export const RELAXED: string =
  '${relaxed.toString('base64')}';
`,
);

async function compile(name, features) {
  const result = await asc.main(
    [
      'assembly/index.ts',
      ...['--outFile', `build/${name}.wasm`, '--textFile', `build/${name}.wat`],
      ...['--enable', features, '--runtime', 'stub', '--exportStart', 'start'],
      ...['--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1'],
      ...['--maximumMemory', String(MAXIMUM_PAGES), '-O3', '--noAssert'],
      // Addresses are 32 bits wide throughout.
      ...['--disableWarning', '201'],
      // Function names, for `node --cpu-prof`.
      ...(process.env.WASM_NAMES ? ['--debug'] : []),
    ],
    {
      readFile: (file, base) => {
        try {
          return readFileSync(`${base}/${file}`, 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (file, contents, base) => writeFileSync(`${base}/${file}`, contents),
      baseDir: root,
    },
  );
  if (result.error) throw new Error(`assembly/ does not compile:\n${result.stderr.toString()}`);
  const bytes = readFileSync(`${root}/build/${name}.wasm`);
  checkModule(bytes);
  return bytes;
}

/** The module lives in a foreign heap: data segments, globals or a start function of its own would write over it. */
function checkModule(bytes) {
  // Node 20 knows relaxed SIMD only behind a flag, which later versions no longer accept.
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length !== 1 || imports[0].kind !== 'memory') {
    throw new Error(`Expected the memory as the only import, got ${JSON.stringify(imports)}.`);
  }
  for (const { id, name } of sections(bytes)) {
    if (id === 11 || id === 12 || id === 8) throw new Error(`The module has a ${name} section.`);
  }
}

function* sections(bytes) {
  const names = [
    'custom',
    'type',
    'import',
    'function',
    'table',
    'memory',
    'global',
    'export',
    'start',
    'element',
    'code',
    'data',
    'data count',
  ];
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at++];
    const [size, body] = leb(bytes, at);
    yield { id, name: names[id], body, size };
    at = body + size;
  }
}

function memoryFlag(bytes) {
  for (const { id, body } of sections(bytes)) {
    if (id !== 2) continue;
    let at = leb(bytes, body)[1];
    for (let string = 0; string < 2; string++) {
      const [length, start] = leb(bytes, at);
      at = start + length;
    }
    if (bytes[at] !== 2 || bytes[at + 1] !== 3) throw new Error('Expected a shared memory import.');
    return at + 1;
  }
  throw new Error('No import section.');
}

function leb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}
