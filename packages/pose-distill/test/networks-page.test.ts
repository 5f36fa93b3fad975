import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);

it('docs/networks.md and its pictures are as the table of networks makes them', async () => {
  const script = new URL('scripts/networks-page.mjs', ROOT).href;
  const { networkPages } = (await import(script)) as {
    networkPages: () => Promise<Record<string, string>>;
  };
  const pages = await networkPages();
  for (const [path, text] of Object.entries(pages)) {
    const file = fileURLToPath(new URL(path, ROOT));
    const stored = existsSync(file) ? readFileSync(file, 'utf8') : 'missing';
    expect(stored === text, `${path} is old: run node scripts/networks-page.mjs`).toBe(true);
  }
  const drawn = readdirSync(new URL('docs/networks/', ROOT)).map((name) => `docs/networks/${name}`);
  expect(drawn.filter((path) => !(path in pages))).toEqual([]);
}, 30_000);
