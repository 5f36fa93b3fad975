import { collectProblems, fail, type Problems } from './error.js';
import { COCO_AREA_RANGES, COCO_OKS_SIGMAS, type OksOptions } from './oks-options.js';

/** COCO's evaluation parameters under the reference's names, as a JSON object may hold them. */
export interface OksParams {
  /** @default all images of the file. */
  readonly imgIds?: readonly number[];
  /** @default all categories of the file. */
  readonly catIds?: readonly number[];
  /** @default 0.5, 0.55, ... 0.95 */
  readonly iouThrs?: readonly number[];
  /** @default 0, 0.01, ... 1 */
  readonly recThrs?: readonly number[];
  /** @default [20] */
  readonly maxDets?: readonly number[];
  /** Pairs [least, most] in square pixels. @default [0, 1e10], [1024, 9216], [9216, 1e10] */
  readonly areaRng?: readonly (readonly [number, number])[];
  /** One label a range. @default 'all', 'medium', 'large' */
  readonly areaRngLbl?: readonly string[];
  /** @default 1 */
  readonly useCats?: 0 | 1 | boolean;
  /** One a keypoint, as in `kpt_oks_sigmas` (COCO's nose is 0.026). @default COCO's 17. */
  readonly sigmas?: readonly number[];
}

const NAMES = [
  'imgIds',
  'catIds',
  'iouThrs',
  'recThrs',
  'maxDets',
  'areaRng',
  'areaRngLbl',
  'useCats',
  'sigmas',
] as const satisfies readonly (keyof OksParams)[];

/**
 * Options of `evaluateOks` from a JSON object of the reference's parameters, checked.
 *
 * @throws MetricsError `OUT_OF_RANGE` for names that the reference does not have, `SHAPE_MISMATCH` for values of another form; all
 * that was found.
 * @example
 * oksOptionsFromParams({ maxDets: [10, 20], areaRng: [[0, 1e10]], areaRngLbl: ['all'] });
 */
export function oksOptionsFromParams(params: unknown): OksOptions {
  if (!isObject(params)) {
    fail('SHAPE_MISMATCH', 'params', `expected an object, got ${describe(params)}`);
  }
  const problems = collectProblems();
  for (const name of Object.keys(params)) {
    if ((NAMES as readonly string[]).includes(name)) continue;
    problems.add('OUT_OF_RANGE', `params.${name}`, `unknown; the names are ${NAMES.join(', ')}`);
  }
  checkLists(params, problems);
  const { useCats } = params;
  if (useCats !== undefined && ![0, 1, true, false].includes(useCats as number)) {
    problems.add('SHAPE_MISMATCH', 'params.useCats', `expected 0 or 1, got ${describe(useCats)}`);
  }
  problems.throwIfAny();

  const { imgIds, catIds, iouThrs, recThrs, maxDets, sigmas } = params as OksParams;
  const ranges = areaRanges(params as OksParams);
  return {
    ...(imgIds && { imageIds: imgIds }),
    ...(catIds && { categoryIds: catIds }),
    ...(iouThrs && { iouThresholds: iouThrs }),
    ...(recThrs && { recallThresholds: recThrs }),
    ...(maxDets && { maxDetections: maxDets }),
    ...(sigmas && { oksSigmas: sigmas }),
    ...(ranges && { areaRanges: ranges }),
    ...(useCats !== undefined && { useCategories: Boolean(useCats) }),
  };
}

function checkLists(params: Readonly<Record<string, unknown>>, problems: Problems): void {
  const check = (name: string, form: string, accepts: (value: unknown) => boolean): void => {
    const value = params[name];
    if (value === undefined || (Array.isArray(value) && value.every(accepts))) return;
    const wrong = Array.isArray(value) ? value.findIndex((item) => !accepts(item)) : -1;
    const got =
      wrong < 0 ? describe(value) : `${describe((value as unknown[])[wrong])} at ${wrong}`;
    problems.add('SHAPE_MISMATCH', `params.${name}`, `expected a list of ${form}, got ${got}`);
  };
  for (const name of ['imgIds', 'catIds', 'maxDets']) check(name, 'integers', Number.isInteger);
  for (const name of ['iouThrs', 'recThrs']) check(name, 'numbers', isFiniteNumber);
  check(
    'sigmas',
    `numbers, one a keypoint (COCO's first is ${COCO_OKS_SIGMAS[0]})`,
    isFiniteNumber,
  );
  check('areaRng', 'pairs [least, most]', isPair);
  check('areaRngLbl', 'names', (value) => typeof value === 'string');
  const { areaRng = COCO_AREA_RANGES, areaRngLbl } = params;
  if (!Array.isArray(areaRng) || !Array.isArray(areaRngLbl)) return;
  if (areaRngLbl.length === areaRng.length) return;
  const message = `expected ${areaRng.length} names, one a range, got ${areaRngLbl.length}`;
  problems.add('SHAPE_MISMATCH', 'params.areaRngLbl', message);
}

/** Ranges and labels each have their default, as in the reference; a range past the default labels has none. */
function areaRanges({ areaRng, areaRngLbl }: OksParams): OksOptions['areaRanges'] {
  if (!areaRng && !areaRngLbl) return undefined;
  const pairs = areaRng ?? COCO_AREA_RANGES.map(({ min, max }) => [min, max] as const);
  const labels = areaRngLbl ?? COCO_AREA_RANGES.map(({ label }) => label);
  return pairs.map(([min, max], i) => ({ label: labels[i] ?? '', min, max }));
}

function isFiniteNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isFiniteNumber);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
