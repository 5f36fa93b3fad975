import { collectProblems } from './error.js';

/** A range of person areas, closed at both ends, in square pixels. */
export interface AreaRange {
  readonly label: string;
  readonly min: number;
  readonly max: number;
}

/** Options of `evaluateOks`; the defaults are COCO's. */
export interface OksOptions {
  /** @default COCO's 17. */
  readonly oksSigmas?: readonly number[];
  /** OKS from which a result matches. @default 0.5, 0.55, ... 0.95 as NumPy spaces them. */
  readonly iouThresholds?: readonly number[];
  /** Recalls at which precision is read. @default 0, 0.01, ... 1 as NumPy spaces them. */
  readonly recallThresholds?: readonly number[];
  /** The best so many results of each image and category take part; one number or several. @default 20 */
  readonly maxDetections?: number | readonly number[];
  /** @default all, medium (32² to 96²), large (from 96²). */
  readonly areaRanges?: readonly AreaRange[];
  /** @default all categories of the file. */
  readonly categoryIds?: readonly number[];
  /** @default all images of the file. */
  readonly imageIds?: readonly number[];
  /** False puts all categories together, where the reference finds no match at all with keypoints; so does this. @default true */
  readonly useCategories?: boolean;
}

/** Options with the defaults filled in and checked. */
export interface OksSettings {
  readonly oksSigmas: readonly number[];
  readonly iouThresholds: readonly number[];
  readonly recallThresholds: readonly number[];
  readonly maxDetections: readonly number[];
  readonly areaRanges: readonly AreaRange[];
}

/** `count` numbers from `first` to `last` by NumPy's arithmetic: the ninth default OKS threshold is 0.8999999999999999. */
export function linearlySpaced(first: number, last: number, count: number): number[] {
  const step = (last - first) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? last : i * step + first));
}

/** COCO's per keypoint, those of `coco17` of @pose-distill/skeletons; divided as the reference does, 0.35 / 10 is not 0.035. */
export const COCO_OKS_SIGMAS: readonly number[] = /* @__PURE__ */ [
  0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89,
  0.89,
].map((sigma) => sigma / 10);

const FARTHEST = 1e10;

/** COCO's ranges for keypoints. */
export const COCO_AREA_RANGES: readonly AreaRange[] = [
  { label: 'all', min: 0, max: FARTHEST },
  { label: 'medium', min: 32 ** 2, max: 96 ** 2 },
  { label: 'large', min: 96 ** 2, max: FARTHEST },
];

export function oksSettings(options: OksOptions): OksSettings {
  const { maxDetections = 20 } = options;
  const settings: OksSettings = {
    oksSigmas: options.oksSigmas ?? COCO_OKS_SIGMAS,
    iouThresholds: options.iouThresholds ?? linearlySpaced(0.5, 0.95, 10),
    recallThresholds: options.recallThresholds ?? linearlySpaced(0, 1, 101),
    maxDetections: (typeof maxDetections === 'number' ? [maxDetections] : [...maxDetections]).sort(
      (a, b) => a - b,
    ),
    areaRanges: options.areaRanges ?? COCO_AREA_RANGES,
  };
  const problems = collectProblems();
  const check = (ok: boolean, path: string, expected: string, got: unknown): void => {
    if (!ok) problems.add('OUT_OF_RANGE', `options.${path}`, `expected ${expected}, got ${got}`);
  };
  const checkEach = (
    path: 'oksSigmas' | 'iouThresholds' | 'recallThresholds' | 'maxDetections',
    expected: string,
    accepts: (value: number) => boolean,
  ): void => {
    const values = settings[path];
    check(values.length > 0, path, 'at least one', 'none');
    values.forEach((value, i) => {
      check(accepts(value), `${path}[${i}]`, expected, value);
    });
  };
  checkEach('oksSigmas', 'a positive finite number', (x) => x > 0 && x < Infinity);
  checkEach('iouThresholds', 'a finite number', Number.isFinite);
  checkEach('recallThresholds', 'a finite number', Number.isFinite);
  checkEach('maxDetections', 'a positive integer', (x) => Number.isInteger(x) && x > 0);
  check(settings.areaRanges.length > 0, 'areaRanges', 'at least one', 'none');
  settings.areaRanges.forEach(({ label, min, max }, i) => {
    check(min <= max, `areaRanges[${i}]`, `min <= max in range '${label}'`, `${min} and ${max}`);
  });
  problems.throwIfAny();
  return settings;
}
