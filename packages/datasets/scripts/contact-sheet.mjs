// Draws a sheet of synthetic figures: node scripts/contact-sheet.mjs OUT.png [--seed 1] [--first 0] [--columns 10]
// [--rows 6] [--zoom 1] [--detail 1] [--labels]. Needs the built package and sharp.
import { parseArgs } from 'node:util';
import { renderFigure } from '@pose-distill/datasets';
import { coco17 } from '@pose-distill/skeletons';
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
  },
});
const [out] = positionals;
if (!out) throw new Error('Where should the sheet go? node scripts/contact-sheet.mjs OUT.png');
const columns = Number(values.columns);
const rows = Number(values.rows);
const zoom = Number(values.zoom);
const size = { width: 128 * Number(values.detail), height: 160 * Number(values.detail) };

const tiles = [];
const marks = [];
for (let i = 0; i < columns * rows; i++) {
  const figure = renderFigure({ seed: Number(values.seed), index: Number(values.first) + i, size });
  const left = (i % columns) * size.width * zoom;
  const top = Math.floor(i / columns) * size.height * zoom;
  const input = await sharp(figure.image.data, { raw: { ...size, channels: 3 } })
    .resize(size.width * zoom, size.height * zoom, { kernel: 'nearest' })
    .png()
    .toBuffer();
  tiles.push({ input, left, top });
  if (values.labels) marks.push(drawLabels(figure, left, top));
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

/** Left side red, right side blue, the middle green; hidden keypoints hollow. */
function drawLabels({ keypoints, visibility, box }, left, top) {
  const x = (k) => left + (keypoints[2 * k] + 0.5) * zoom;
  const y = (k) => top + (keypoints[2 * k + 1] + 0.5) * zoom;
  const colour = (k) =>
    coco17.keypoints[k].startsWith('left')
      ? '#ff3b30'
      : coco17.keypoints[k].startsWith('right')
        ? '#1e90ff'
        : '#22dd22';
  const limbs = coco17.limbs
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
