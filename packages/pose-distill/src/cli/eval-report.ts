import { basename, resolve } from 'node:path';
import {
  analyseOks,
  type CocoKeypointFile,
  type CocoKeypointResult,
  type OksAnalysisOptions,
} from '@pose-distill/metrics';
import { oksReport } from '@pose-distill/metrics/report';
import { PoseDistillError } from '../errors.js';
import { writeWhole } from '../node/directory-store.js';
import type { Stats } from './eval-output.js';

export interface OksReportSource {
  readonly groundTruth: CocoKeypointFile;
  readonly results: readonly CocoKeypointResult[];
  readonly options: OksAnalysisOptions;
  readonly title: string;
  readonly gt: string;
  readonly dt: string;
  readonly stats: Stats;
  readonly reasons?: Readonly<Record<string, string>>;
}

/** Analyses results and writes the page, whole or not at all. */
export async function writeOksReport(file: string, source: OksReportSource): Promise<void> {
  const { groundTruth, results, options, title, gt, dt, stats, reasons } = source;
  const analysis = analyseOks(groundTruth, results, options);
  await writePage(
    file,
    oksReport({
      ...{ groundTruth, results, analysis, title, stats },
      notes: [`Annotations: ${basename(gt)}. Results: ${basename(dt)}.`],
      ...(reasons && { reasons }),
    }),
  );
}

export async function writePage(file: string, html: string): Promise<void> {
  try {
    await writeWhole(resolve(file), html);
  } catch (error) {
    throw new PoseDistillError(
      'BAD_FILE',
      `Cannot write the report ${file}: ${(error as Error).message}.`,
    );
  }
}

/** Said on stderr, so that `--json` stays clean. */
export function sayReport(file: string): void {
  console.error(`Report: ${file}`);
}
