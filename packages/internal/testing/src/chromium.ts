import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium to test in: CHROMIUM_PATH, or the usual places; says so when there is none. */
export function findChromium(): string | undefined {
  const path = [process.env.CHROMIUM_PATH, ...PLACES].find((place) => place && existsSync(place));
  if (!path)
    console.warn('skipped: no Chromium (install the package "chromium", or set CHROMIUM_PATH)');
  return path;
}

/** What a page asks for, by path; undefined is answered with 404. */
export type Respond = (
  path: string,
) => { readonly type: string; readonly body: string | Uint8Array } | undefined;

/**
 * Bundles a module for the browser, runs it in a real Chromium, and returns what its default export resolves to.
 * The value must be JSON.
 */
export async function runInChromium<T>(entry: string): Promise<T> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import run from ${JSON.stringify(entry)}; globalThis.outcome = run();`,
      resolveDir: process.cwd(),
      loader: 'js',
    },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
    mainFields: ['module', 'main'],
    platform: 'browser',
  });
  const script = outputFiles[0]!.contents;
  return runPage((path) =>
    path === '/bundle.js'
      ? { type: 'text/javascript', body: script }
      : {
          type: 'text/html',
          body: '<!doctype html><script type="module" src="/bundle.js"></script>',
        },
  );
}

/** Opens `/` of a site in a real Chromium and returns what the page puts, or promises, in `globalThis.outcome`, as JSON. */
export async function runPage<T>(respond: Respond): Promise<T> {
  const server = createServer((request, response) => {
    const answer = respond(new URL(request.url!, 'http://localhost').pathname);
    response.statusCode = answer ? 200 : 404;
    if (answer) response.setHeader('content-type', answer.type);
    response.end(answer?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: findChromium()!, args: FLAGS });
  try {
    const page = await browser.newPage();
    const failure = new Promise<never>((_, reject) => page.on('pageerror', reject));
    failure.catch(() => {}); // also when nobody waits for it any more
    const finished = page
      .goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      .then(() =>
        page.waitForFunction('globalThis.outcome !== undefined', undefined, { timeout: 30_000 }),
      )
      .then(() => page.evaluate('globalThis.outcome'));
    const outcome = await Promise.race([finished, failure]);
    return outcome as T;
  } finally {
    await browser.close();
    server.close();
  }
}
