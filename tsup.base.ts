import { defineConfig, type Options } from 'tsup';

const INTERNAL = /^@pose-distill\/internal-/;

/** esbuild leaves imports of chunks for side effects that none has, and other bundlers warn of them. Lines stay, for the source map. */
const withoutBareImports = {
  name: 'without-bare-imports',
  renderChunk: (code: string, { map }: { map?: never }) => ({
    code: code.replace(/^import "\.\/chunk-[^"]+";$/gm, ''),
    map,
  }),
};

/** The one build recipe: ESM with declarations; private `internal` packages are inlined. */
export function library(entries: readonly string[], extra: Options = {}): Options | Options[] {
  return defineConfig({
    entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    dts: { resolve: [INTERNAL] },
    sourcemap: true,
    clean: true,
    noExternal: [INTERNAL],
    plugins: [withoutBareImports],
    ...extra,
  }) as Options;
}
