import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));

/** Every name that the declarations of an entry export, sorted; `type` marks those without a value. */
function exportedNames(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const lists = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names]) =>
    names!.split(','),
  );
  const stars = [...text.matchAll(/^export \* (?:as (\w+) )?from '([^']+)'/gm)].map(
    ([, name, from]) => name ?? `* from ${from}`,
  );
  return [...lists.map((name) => name.trim().replace(/^(type )?.* as /, '$1')), ...stars]
    .filter(Boolean)
    .sort();
}

/** Each change of what users can import shows here, and is meant. */
describe('public API', () => {
  for (const folder of readdirSync(PACKAGES).sort()) {
    const path = join(PACKAGES, folder, 'package.json');
    if (!existsSync(path)) continue;
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    for (const [entry, target] of Object.entries<{ types?: string }>(manifest.exports)) {
      if (!target.types) continue;
      it(join(manifest.name, entry), () => {
        const names = exportedNames(join(PACKAGES, folder, target.types!));
        expect(names.length).toBeGreaterThan(0);
        expect(names).toMatchSnapshot();
      });
    }
  }
});
