import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseNpy } from '@pose-distill/internal-formats';
import { readReferenceJson } from '@pose-distill/internal-testing';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateOks,
  type OksEvaluation,
  type OksParams,
  type OksStats,
  oksOptionsFromParams,
} from '../src/index.js';

interface ImageAnswer {
  image_id: number;
  category_id: number;
  aRng: [number, number];
  dtIds: number[];
  gtIds: number[];
  dtMatches: number[][];
  gtMatches: number[][];
  dtIgnore: number[][];
  gtIgnore: number[];
}

/** What the reference says. */
export interface OksAnswer {
  gt?: string;
  dt?: string;
  statNames: (keyof OksStats)[];
  stats: number[];
  recall: number[][][][];
  precisionSha256: string;
  recallSha256: string;
  scoresSha256: string;
  oks?: { image_id: number; category_id: number; oks: number[][] }[];
  evalImgs?: (ImageAnswer | null)[];
}

export interface OksCase {
  evaluation: OksEvaluation;
  answer: OksAnswer;
  /** Tables of the reference, when kept beside the case. */
  precision: Float64Array | undefined;
  scores: Float64Array | undefined;
}

/** Evaluates the case in a folder and reads the reference's answer. */
export function runOksCase(folder: string): OksCase {
  const answer = readReferenceJson<OksAnswer>(join(folder, 'expected.json'));
  const groundTruth = readReferenceJson<CocoKeypointFile>(resolve(folder, answer.gt ?? 'gt.json'));
  const results = readReferenceJson<CocoKeypointResult[]>(resolve(folder, answer.dt ?? 'dt.json'));
  const parameterFile = join(folder, 'params.json');
  const parameters: OksParams = existsSync(parameterFile) ? readReferenceJson(parameterFile) : {};
  const table = (name: string): Float64Array | undefined => {
    const path = join(folder, name);
    return existsSync(path) ? readTable(path) : undefined;
  };
  return {
    evaluation: evaluateOks(groundTruth, results, oksOptionsFromParams(parameters)),
    answer,
    precision: table('precision.npy'),
    scores: table('scores.npy'),
  };
}

/** SHA-256 of a table as little-endian float64. */
export function sha256(data: Float64Array): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}

function readTable(path: string): Float64Array {
  const { data } = parseNpy(new Uint8Array(readFileSync(path)));
  if (!(data instanceof Float64Array)) throw new Error(`${path} is not float64`);
  return data;
}
