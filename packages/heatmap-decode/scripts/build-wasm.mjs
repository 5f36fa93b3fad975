/** Compiles `assembly/` and embeds the module in `src/wasm/binary.generated.ts`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** It travels with every program that uses it, in base64. */
const LIMIT = 8192;

mkdirSync(`${root}/build`, { recursive: true });
const result = await asc.main(
  [
    'assembly/index.ts',
    ...['--outFile', 'build/decode.wasm', '--textFile', 'build/decode.wat'],
    ...['--enable', 'simd', '--runtime', 'stub', '--initialMemory', '1', '-O3', '--noAssert'],
    // Addresses are 32 bits wide throughout.
    ...['--disableWarning', '201'],
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
const bytes = readFileSync(`${root}/build/decode.wasm`);
const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
if (imports.length > 0) throw new Error(`Expected no import, got ${JSON.stringify(imports)}.`);
if (bytes.length > LIMIT) throw new Error(`The module has ${bytes.length} bytes, above ${LIMIT}.`);
writeFileSync(
  `${root}/src/wasm/binary.generated.ts`,
  `// Written by scripts/build-wasm.mjs from assembly/.

/** WebAssembly module with 128-bit SIMD, base64. */
export const BINARY: string =
  '${bytes.toString('base64')}';
`,
);
