// Writes docs/networks.md and docs/networks/*.svg from the table of networks. Needs the built packages.
//   node scripts/networks-page.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const KEYPOINTS = 17;
const COUNTERS = ['macs', 'mmcv', 'park', 'true'];
/** One picture of each encoder, and of every other network but those that differ in width or number of parts alone. */
const WITHOUT_PICTURE = /-deconv|x0\.5|x1\.5|x2-|hourglass-[1-8]|hrnet-w48|-30$/;
const WITH_PICTURE = ['peleenet-deconv256', 'mobilenetv2x0.5s16-deconv256', 'hourglass-2'];

/** The files by path from the repository's root. */
export async function networkPages() {
  const { buildNetwork, networkEntry, networkNames, networkPicture } = await import(
    new URL('packages/pose-distill/dist/recipes.js', ROOT)
  );
  const { complexity } = await import(new URL('packages/network/dist/index.js', ROOT));
  const files = {};
  const rows = networkNames().map((name) => {
    const { inputSize, source } = networkEntry(name);
    const network = buildNetwork(name, { inputSize, keypoints: KEYPOINTS });
    const size = `${inputSize.height}x${inputSize.width}`;
    const drawn = WITH_PICTURE.includes(name) || !WITHOUT_PICTURE.test(name);
    if (drawn) {
      const title = `${name}, ${size}, ${KEYPOINTS} keypoints`;
      files[`docs/networks/${name}.svg`] = networkPicture(network, { title });
    }
    const counts = COUNTERS.map((counter) => complexity(network, counter).total);
    const cells = [complexity(network).parameters, ...counts].map(grouped);
    const label = drawn ? `[\`${name}\`](networks/${name}.svg)` : `\`${name}\``;
    return `| ${[label, size, ...cells, source].join(' | ')} |`;
  });
  files['docs/networks.md'] = page(rows);
  return files;
}

const grouped = (count) => count.toLocaleString('en');

function page(rows) {
  return `# Networks

Names that \`--network\`, \`buildNetwork\` and \`pose-distill complexity\` know, with ${KEYPOINTS} keypoints; a name with a link has a picture. Widths and channels
other than these are possible where \`pose-distill complexity --help\` says so. Written by \`node scripts/networks-page.mjs\`.

Operations for one image, by four counters, because published tables differ in what they count: \`macs\` multiply-accumulates of convolutions and linear
layers; \`mmcv\` these with biases, norms, activations and pools; \`park\` twice the multiplications with norms and activations, transposed convolutions
on the output grid; \`true\` as \`mmcv\` with the products of attention.

| name | input | parameters | ${COUNTERS.join(' | ')} | source |
|---|---|--:|${COUNTERS.map(() => '--:').join('|')}|---|
${rows.join('\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(new URL('docs/networks/', ROOT), { recursive: true });
  for (const [path, text] of Object.entries(await networkPages()))
    writeFileSync(fileURLToPath(new URL(path, ROOT)), text);
}
