/**
 * Opens an annotation file of the size of COCO's person_keypoints_train2017.json (made here, 250 MiB): the first time, and
 * again with the index that the first time left; pycocotools beside it in the same run where Python has it.
 *
 * node datasets/open.js [--rounds 3] [--file FILE] [--pictures] [--python python3]
 *
 * `--pictures` makes 118,287 empty picture files, so that looking for them is measured too. Every opening is a process
 * of its own; they take turns. Writes results/open-<date>.json and prints a table.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, spread, version, writeReport } from '../shared/report.js';
import { generate } from './generate.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    file: { type: 'string' },
    pictures: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
  },
});
const where = machine();
const folder = mkdtempSync(join(tmpdir(), 'pose-open-'));
const file = options.file ?? join(folder, 'person_keypoints_train2017.json');
const pictures = options.pictures ? join(folder, 'train2017') : undefined;
const child = fileURLToPath(new URL('open-one.js', import.meta.url));

const open = () => {
  const output = execFileSync(process.execPath, [child, JSON.stringify({ file, pictures })], {
    encoding: 'utf8',
  });
  return JSON.parse(output);
};
const PEER = `
import json, re, resource, sys, time, io, contextlib
def peak():
    try:
        return int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read()).group(1)) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
from pycocotools.coco import COCO
start, cpu = time.perf_counter(), time.process_time()
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO(sys.argv[1])
print(json.dumps({'milliseconds': 1000 * (time.perf_counter() - start),
    'processorMilliseconds': 1000 * (time.process_time() - cpu),
    'peakMebibytes': peak(), 'samples': len(coco.anns)}))`;
const peer = () =>
  JSON.parse(execFileSync(options.python, ['-c', PEER, file], { encoding: 'utf8' }));
const hasPeer = () => {
  try {
    execFileSync(options.python, ['-c', 'import pycocotools'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`pycocotools is left out: '${options.python} -c "import pycocotools"' fails.`);
    return false;
  }
};

const runs = { first: [], second: [], ...(hasPeer() ? { pycocotools: [] } : {}) };
try {
  if (!options.file) await generate(file);
  if (pictures) {
    mkdirSync(pictures);
    const names = readFileSync(file, 'latin1')
      .slice(0, 2 ** 26)
      .matchAll(/"file_name":"([^"]+)"/g);
    for (const [, name] of names) writeFileSync(join(pictures, name), '');
  }
  for (let round = 0; round < Number(options.rounds); round++) {
    rmSync(`${file}.index`, { force: true });
    runs.first.push(open());
    runs.second.push(open());
    if (runs.pycocotools) runs.pycocotools.push(peer());
  }
  const results = Object.entries(runs).map(([name, list]) => ({
    name,
    samples: list[0].samples,
    milliseconds: spread(list.map((run) => run.milliseconds)),
    processorMilliseconds: spread(list.map((run) => run.processorMilliseconds)),
    peakMebibytes: Math.max(...list.map((run) => run.peakMebibytes)),
  }));
  console.table(
    results.map(({ name, milliseconds, processorMilliseconds, peakMebibytes }) => ({
      name,
      'median ms': Math.round(milliseconds.median),
      'processor ms': Math.round(processorMilliseconds.median),
      'peak MiB': Math.round(peakMebibytes),
    })),
  );
  writeReport({
    benchmark: 'open',
    command: `node datasets/open.js --rounds ${options.rounds}${pictures ? ' --pictures' : ''}`,
    fileBytes: statSync(file).size,
    indexBytes: statSync(`${file}.index`).size,
    pictures: options.pictures,
    versions: {
      node: process.version,
      '@pose-distill/datasets': version('@pose-distill/datasets'),
    },
    machine: where,
    results,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
