import { defineConfig, type Options } from 'tsup';

const INTERNAL = /^@pose-distill\/internal-/;

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
    ...extra,
  }) as Options;
}
