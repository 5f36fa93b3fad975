// Draws a sheet of synthetic pictures: node scripts/contact-sheet.mjs OUT.png [--seed 1] [--first 0] [--columns 10]
// [--rows 6] [--zoom 1] [--detail 1] [--labels] [--skeleton coco17] [--scene '{"people":5,"crowding":0.7}']. Needs the
// built package and sharp.
import { parseArgs } from 'node:util';
import { renderFigure, renderScene } from '@pose-distill/datasets';
import * as skeletons from '@pose-distill/skeletons';
import sharp from 'sharp';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    columns: { type: 'string', default: '10' },
    rows: { type: 'string', default: '6' },
    zoom: { type: 'string', default: '1' },
    detail: { type: 'string', default: '1' },
    labels: { type: 'boolean', default: false },
    skeleton: { type: 'string', default: 'coco17' },
    scene: { type: 'string' },
  },
});
const [out] = positionals;
if (!out) throw new Error('Where should the sheet go? node scripts/contact-sheet.mjs OUT.png');
const columns = Number(values.columns);
const rows = Number(values.rows);
const zoom = Number(values.zoom);
const [wide, high] = values.scene ? [256, 192] : [128, 160];
const size = { width: wide * Number(values.detail), height: high * Number(values.detail) };
const skeleton = Object.values(skeletons).find(({ name }) => name === values.skeleton);

const tiles = [];
const marks = [];
for (let i = 0; i < columns * rows; i++) {
  const index = Number(values.first) + i;
  const options = { seed: Number(values.seed), index, size, skeleton };
  const { image, people } = values.scene
    ? renderScene({ ...JSON.parse(values.scene), ...options })
    : alone(renderFigure(options));
  const left = (i % columns) * size.width * zoom;
  const top = Math.floor(i / columns) * size.height * zoom;
  const input = await sharp(image.data, { raw: { ...size, channels: 3 } })
    .resize(size.width * zoom, size.height * zoom, { kernel: 'nearest' })
    .png()
    .toBuffer();
  tiles.push({ input, left, top });
  if (values.labels) marks.push(...people.map((person) => drawLabels(person, left, top)));
}
const width = columns * size.width * zoom;
const height = rows * size.height * zoom;
if (values.labels) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
  tiles.push({ input: Buffer.from(svg), left: 0, top: 0 });
}
await sharp({ create: { width, height, channels: 3, background: '#000' } })
  .composite(tiles)
  .png()
  .toFile(out);

function alone(figure) {
  return { image: figure.image, people: [figure] };
}

/** Left side red, right side blue, the middle green; hidden keypoints hollow. */
function drawLabels({ keypoints, visibility, box }, left, top) {
  const x = (k) => left + (keypoints[2 * k] + 0.5) * zoom;
  const y = (k) => top + (keypoints[2 * k + 1] + 0.5) * zoom;
  const colour = (k) =>
    skeleton.keypoints[k].startsWith('left')
      ? '#ff3b30'
      : skeleton.keypoints[k].startsWith('right')
        ? '#1e90ff'
        : '#22dd22';
  const limbs = skeleton.limbs
    .filter(([a, b]) => visibility[a] && visibility[b])
    .map(
      ([a, b]) =>
        `<line x1="${x(a)}" y1="${y(a)}" x2="${x(b)}" y2="${y(b)}" stroke="${colour(b)}" stroke-opacity="0.6"/>`,
    );
  const dots = [...visibility.keys()]
    .filter((k) => visibility[k])
    .map(
      (k) =>
        `<circle cx="${x(k)}" cy="${y(k)}" r="${1.2 + zoom * 0.5}" stroke="${colour(k)}" fill="${visibility[k] === 2 ? colour(k) : 'none'}"/>`,
    );
  const frame = `<rect x="${left + (box.x + 0.5) * zoom}" y="${top + (box.y + 0.5) * zoom}" width="${box.width * zoom}" height="${box.height * zoom}" fill="none" stroke="#ff0" stroke-opacity="0.7"/>`;
  return [frame, ...limbs, ...dots].join('');
}
