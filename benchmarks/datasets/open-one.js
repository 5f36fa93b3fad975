/** Opens the annotation file once, in a process of its own, and prints what that took. */
import { readFileSync } from 'node:fs';
import { openDataset } from '@pose-distill/datasets/node';

const { file, pictures } = JSON.parse(process.argv[2]);
const settings = pictures ? { images: pictures } : { onMissingImage: 'ignore' };
const before = process.cpuUsage();
const start = performance.now();
const dataset = await openDataset(`coco:${file}`, { split: 'train', ...settings });
const first = dataset.samples[0];
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const peakMebibytes = peak();
const walked = performance.now();
let labelled = 0;
for (const { visibility } of dataset.samples) labelled += visibility[0] > 0 ? 1 : 0;
console.log(
  JSON.stringify({
    milliseconds: wall,
    processorMilliseconds: (user + system) / 1000,
    peakMebibytes,
    samples: dataset.samples.length,
    walkMilliseconds: performance.now() - walked,
    first: first.id,
    labelled,
  }),
);

/** Linux hands the parent's peak on in `maxRSS`; the process's own stands elsewhere. */
function peak() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
