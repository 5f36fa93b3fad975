// Checks what npm users will meet: package.json fields, the map's arrows, publint, attw, and bundle sizes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const LEVELS = {
  skeletons: 0,
  'heatmap-decode': 0,
  network: 0,
  metrics: 1,
  backbones: 1,
  datasets: 1,
  'tensor-ops': 2,
  accelerate: 3,
  'hhd-align': 3,
  'network-tfjs': 3,
  'kd-losses': 4,
  'pose-distill': 5,
};
const root = new URL('../', import.meta.url).pathname;
const sizes = JSON.parse(readFileSync(join(root, 'scripts/sizes.json'), 'utf8'));
const problems = [];

for (const folder of readdirSync(join(root, 'packages'))) {
  const directory = join(root, 'packages', folder);
  if (!existsSync(join(directory, 'package.json'))) continue;
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const say = (text) => problems.push(`${manifest.name}: ${text}`);
  checkFields(folder, directory, manifest, say);
  checkArrows(folder, manifest, say);
  const { messages, pkg } = await publint({ pkgDir: directory, strict: true, pack: 'npm' });
  for (const message of messages) say(`publint: ${formatMessage(message, pkg, { color: false })}`);
  checkTypes(directory, say);
  await checkSizes(folder, directory, manifest, say);
}
dryRun();
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${Object.keys(LEVELS).length} packages are fit to publish.`);

function checkFields(folder, directory, manifest, say) {
  const expected = {
    type: 'module',
    license: 'Apache-2.0',
    'engines.node': '>=20.19',
    'repository.directory': `packages/${folder}`,
  };
  for (const [path, value] of Object.entries(expected)) {
    const found = path.split('.').reduce((object, key) => object?.[key], manifest);
    if (found !== value) say(`${path} is ${found}, expected ${value}`);
  }
  if (!manifest.version.startsWith('0.')) say('versions stay below 1.0');
  if (!manifest.keywords?.length || !manifest.description) say('needs a description and keywords');
  if (manifest.sideEffects === undefined) say('needs sideEffects');
  for (const file of ['README.md', 'LICENSE'])
    if (!existsSync(join(directory, file))) say(`needs ${file}`);
}

function checkArrows(folder, manifest, say) {
  const level = LEVELS[folder];
  if (level === undefined) return say('has no level in scripts/check-packages.mjs');
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const short = name.replace('@pose-distill/', '');
    if (short in LEVELS) {
      if (LEVELS[short] >= level) say(`depends on ${name}, which is not below it`);
    } else if (level < 2) say(`depends on ${name}: no third-party dependency below level 2`);
  }
}

/** What `npm run release` would publish. */
function dryRun() {
  const args = ['publish', '--dry-run', '--workspaces', '--provenance=false', '--loglevel=error'];
  try {
    execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  } catch ({ stdout, stderr }) {
    problems.push(`npm publish --dry-run: ${stdout}${stderr}`);
  }
}

function checkTypes(directory, say) {
  const folder = mkdtempSync(join(tmpdir(), 'pose-distill-attw-'));
  try {
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
        '--pack',
        directory,
        '--profile',
        'esm-only',
        '--format',
        'ascii',
      ],
      { encoding: 'utf8', stdio: 'pipe', cwd: folder },
    );
  } catch (error) {
    say(`attw: ${error.stdout}${error.stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each line of sizes.json: what is imported, its ceiling in bytes of min+gzip. */
async function checkSizes(folder, directory, manifest, say) {
  for (const [imported, ceiling] of Object.entries(sizes[folder] ?? {})) {
    const from = imported.startsWith('*') ? '*' : `{ ${imported} }`;
    const { outputFiles } = await build({
      stdin: { contents: `export ${from} from '${manifest.name}'`, resolveDir: directory },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      platform: 'neutral',
      mainFields: ['module', 'main'],
      external: ['@tensorflow/*', 'node:*', 'sharp'],
    });
    const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
    if (size > ceiling)
      say(
        `importing ${imported} costs ${size} bytes min+gzip, more than its ceiling of ${ceiling}`,
      );
  }
}
