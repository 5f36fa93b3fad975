/** What every measurement tells about itself: spread, machine, versions; and where it is written. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.round(q * (list.length - 1))];

/** Median, quartiles and least of a list of times. */
export const spread = (list) => ({
  median: quantile(list, 0.5),
  lowerQuartile: quantile(list, 0.25),
  upperQuartile: quantile(list, 0.75),
  least: Math.min(...list),
  count: list.length,
});

/** The machine; call it before the measurement and add `loadAfter` after it. */
export const machine = () => ({
  processor: os.cpus()[0].model.trim(),
  cores: os.cpus().length,
  memoryGibibytes: Math.round(os.totalmem() / 2 ** 30),
  platform: `${os.type()} ${os.release()} ${os.arch()}`,
  loadBefore: os.loadavg(),
});

/** Version of an installed package. */
export const version = (name) =>
  JSON.parse(
    readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  ).version;

/** Writes results/<benchmark>-<date>.json. */
export function writeReport(report) {
  const date = new Date().toISOString().slice(0, 10);
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const { machine: where, ...rest } = report;
  const whole = { ...rest, date, machine: { ...where, loadAfter: os.loadavg() } };
  const file = new URL(`${report.benchmark}-${date}.json`, folder);
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
}
