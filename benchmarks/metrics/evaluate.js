/** One evaluation by @pose-distill/metrics; prints times, memory and the tables' SHA-256 as JSON. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { evaluateOks } from '@pose-distill/metrics';
import { evaluateOksFiles } from '@pose-distill/metrics/node';

const { variant, truth, results } = JSON.parse(process.argv[2]);
const marks = [];
const mark = () => {
  const { user, system } = process.cpuUsage();
  marks.push({ wall: performance.now(), processor: (user + system) / 1000 });
};

mark();
let evaluation;
if (variant === 'evaluateOks') {
  const files = [truth, results].map((path) => JSON.parse(readFileSync(path, 'utf8')));
  mark();
  evaluation = evaluateOks(...files);
} else {
  // Reading and comparing go hand in hand: there is no load to tell apart.
  mark();
  evaluation = await evaluateOksFiles(truth, results, { workers: Number(variant.split('-')[1]) });
}
mark();

const elapsed = (clock) => {
  const [load, evaluate] = [0, 1].map((i) => marks[i + 1][clock] - marks[i][clock]);
  return variant === 'evaluateOks'
    ? { load, evaluate, total: load + evaluate }
    : { load: null, evaluate: null, total: load + evaluate };
};
const hash = ({ data }) => createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex');
const { precision, recall, scores, stats } = evaluation;
console.log(
  JSON.stringify({
    build: 'this checkout',
    wall: elapsed('wall'),
    processor: elapsed('processor'),
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
    stats: Object.values(stats),
    tables: { precision: hash(precision), recall: hash(recall), scores: hash(scores) },
  }),
);
