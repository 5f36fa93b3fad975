import { createRandom } from '@pose-distill/internal-random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../src/node/backend.js';
import type { Maps, Plan } from '../src/train/plan.js';
import { outputShapes } from '../src/train/teacher.js';
import { recipePlan, tinyRecipe } from './tiny-recipes.js';

beforeAll(async () => {
  await startBackend();
});

const [B, H, W, K] = [3, 8, 16, 3];
const STEPS = 50;

/** A map of one person and keypoint, row by row. */
type Plane = readonly number[];
/** [B][K] planes. */
type Planes = readonly (readonly Plane[])[];

interface Case {
  readonly outputs: Readonly<Record<string, Planes>>;
  readonly teacher: Planes;
  readonly goal: Planes;
  readonly coordinates: readonly (readonly (readonly number[])[])[];
  readonly weights: readonly (readonly number[])[];
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function drawCase({ student }: Plan): Case {
  const random = createRandom(3, 'formula', 0);
  const planes = (low: number, high: number): Planes =>
    times(B, () => times(K, () => times(H * W, () => Math.fround(random.between(low, high)))));
  const names = Object.keys(outputShapes(student));
  return {
    outputs: Object.fromEntries(names.map((name) => [name, planes(-1, 2)])),
    ...{ teacher: planes(-0.2, 1), goal: planes(0, 1) },
    coordinates: times(B, () => times(K, () => times(2, () => Math.fround(random.between(0, 1))))),
    weights: times(B, (b) => times(K, (k) => (b === 1 && k === 2 ? 0 : 1))),
  };
}

/** The plan's terms on a case, times their weights at a step. */
async function lossOf(plan: Plan, given: Case, step: number): Promise<number> {
  const maps = (planes: Planes): tf.Tensor4D =>
    tf.transpose(tf.tensor4d(planes.flat(2), [B, K, H, W]), [0, 2, 3, 1]);
  const terms = tf.tidy(() => {
    const outputs = Object.fromEntries(
      Object.entries(given.outputs).map(([name, planes]) => [name, maps(planes)]),
    ) as Maps;
    const teachers = { teacher: { heatmaps: maps(given.teacher) } };
    const targets = {
      heatmaps: maps(given.goal),
      coordinates: tf.tensor3d(given.coordinates as number[][][]),
      weights: tf.tensor2d(given.weights as number[][]),
    };
    return plan.terms.map((term) => term.fn({ outputs, teachers, targets }));
  });
  const values = await Promise.all(terms.map(async (term) => (await term.data())[0]!));
  tf.dispose(terms);
  const weightOf = ({ weight }: Plan['terms'][number]): number =>
    typeof weight === 'number' ? weight : weight(step);
  return sum(plan.terms.map((term, i) => weightOf(term) * values[i]!));
}

/** HRNet's: half the mean of squares over keypoints, people and cells, those that are not seen count as 0. */
function mse(maps: Planes, goal: Planes, { weights }: Case): number {
  const squares = maps.flatMap((person, b) =>
    person.flatMap((plane, k) =>
      plane.map((v, i) => (weights[b]![k]! * (v - goal[b]![k]![i]!)) ** 2),
    ),
  );
  return (0.5 * sum(squares)) / (B * H * W * K);
}

function softmax(plane: Plane, sharpness: number): number[] {
  const raised = plane.map((value) => Math.exp(sharpness * value));
  return raised.map((value) => value / sum(raised));
}

/** Of two maps as distributions over their cells, those that are not seen as two even ones. */
function divergence(maps: Planes, goal: Planes, { weights }: Case): number {
  const each = maps.flatMap((person, b) =>
    person.map((plane, k) => {
      const [p, q] = [softmax(goal[b]![k]!, weights[b]![k]!), softmax(plane, weights[b]![k]!)];
      return sum(p.map((value, i) => value * Math.log(value / q[i]!)));
    }),
  );
  return sum(each) / (B * H * W);
}

/** Smooth L1 of expected cell / size, times weight. */
function coordinates(maps: Planes, beta: number, given: Case): number {
  const errors = maps.flatMap((person, b) =>
    person.flatMap((plane, k) => {
      const p = softmax(plane, beta);
      const found = [
        sum(p.map((value, i) => (value * (i % W)) / W)),
        sum(p.map((value, i) => (value * Math.floor(i / W)) / H)),
      ];
      return found.map(
        (value, axis) => given.weights[b]![k]! * (value - given.coordinates[b]![k]![axis]!),
      );
    }),
  );
  return (
    sum(errors.map((e) => (Math.abs(e) < 1 ? 0.5 * e * e : Math.abs(e) - 0.5))) / errors.length
  );
}

/** Where the student's window lies for a peak of the teacher, along an axis of that length. */
type Place = (student: Plane, peak: number, length: number) => number;

const released: Place = (student, peak) => {
  const c = sum(student.map(Math.exp));
  return Math.trunc((c / (c - 1)) * (peak - 1 / (2 * c)));
};

/** Where the soft-argmax of a blob answers the peak, its surroundings being 0. */
const unbiased =
  (beta: number): Place =>
  (student, peak, length) => {
    const c = sum(student.map((value) => Math.exp(beta * value))) / student.length;
    const place = Math.round((c / (c - 1)) * (peak - (length - 1) / (2 * c)));
    return c < 1.05 ? peak : Math.min(length - 1, Math.max(0, place));
  };

/** Half the squares between windows of both maps, each map of norm 1, windows filled by mirroring in themselves. */
function windows(
  student: Planes,
  teacher: Planes,
  size: number,
  place: Place,
  seen?: Case['weights'],
): number {
  const half = size / 2;
  const normalised = (plane: Plane): number[] => {
    const norm = Math.sqrt(sum(plane.map((value) => value ** 2)));
    return plane.map((value) => value / norm);
  };
  const mirrored = (at: number, centre: number, length: number): number => {
    const own = centre - half + at;
    return own >= 0 && own < length ? own : centre - half + (size - 1 - at);
  };
  const window = (plane: Plane, x: number, y: number): number[] =>
    times(
      size * size,
      (i) => plane[mirrored(Math.floor(i / size), y, H) * W + mirrored(i % size, x, W)]!,
    );
  const each = student.flatMap((person, b) =>
    person.map((plane, k) => {
      const peak = teacher[b]![k]!.indexOf(Math.max(...teacher[b]![k]!));
      const [x, y] = [peak % W, Math.floor(peak / W)];
      const theirs = window(normalised(teacher[b]![k]!), x, y);
      const ours = window(normalised(plane), place(plane, x, W), place(plane, y, H));
      return (seen?.[b]?.[k] ?? 1) * sum(ours.map((value, i) => (value - theirs[i]!) ** 2));
    }),
  );
  return (0.5 * sum(each)) / B;
}

const ramp = (step: number, length: number): number =>
  Math.exp(-5 * (1 - Math.min(step, length) / length) ** 2);

type Formula = (given: Case, step: number) => number;
const total = (
  given: Case,
  of: (maps: Planes) => number,
  names = Object.keys(given.outputs),
): number => sum(names.map((name) => of(given.outputs[name]!)));
const toGoal = (given: Case) => (maps: Planes) => mse(maps, given.goal, given);

const FORMULAS: readonly [string, Readonly<Record<string, unknown>>, Formula][] = [
  [
    'hhd reference',
    { distillationWeight: 3, beta: 7 },
    (given) => {
      const maps = given.outputs.heatmaps!;
      return coordinates(maps, 7, given) + 3 * windows(maps, given.teacher, 4, released);
    },
  ],
  [
    'hhd paper',
    { beta: 0.8, windowSize: 6 },
    (given) => {
      const maps = given.outputs.heatmaps!;
      return coordinates(maps, 0.8, given) + windows(maps, given.teacher, 6, unbiased(0.8));
    },
  ],
  [
    'hhd reference',
    { beta: 2, ramp: 0.4, maskUnseen: true },
    (given, step) => {
      const maps = given.outputs.heatmaps!;
      const term = windows(maps, given.teacher, 4, released, given.weights);
      return coordinates(maps, 2, given) + ramp(step, 0.4 * STEPS) * term;
    },
  ],
  [
    'okdhp paper',
    { ramp: 0.6, ensembleWeight: 6, branches: [1, 2] },
    (given, step) => {
      const { ensemble, ...members } = given.outputs;
      const follow = (maps: Planes): number => divergence(maps, ensemble!, given);
      return (
        total(given, toGoal(given), Object.keys(members)) +
        6 * mse(ensemble!, given.goal, given) +
        2 * ramp(step, 0.6 * STEPS) * total(given, follow, Object.keys(members))
      );
    },
  ],
  [
    'lspd',
    { ramp: 0.3, stages: 3 },
    (given, step) => {
      const { teacher, ...stages } = given.outputs;
      const follow = (maps: Planes): number => mse(maps, teacher!, given);
      const distilled = total(given, follow, Object.keys(stages));
      return total(given, toGoal(given)) + ramp(step, 0.3 * STEPS) * distilled;
    },
  ],
  [
    'lspd',
    { ramp: 0.3, stages: 3, towards: 'next', distance: 'kl', distillationWeight: 5 },
    (given, step) => {
      const { heatmaps, stage2, stage3, teacher } = given.outputs;
      const distilled =
        divergence(heatmaps!, stage2!, given) +
        divergence(stage2!, stage3!, given) +
        divergence(stage3!, teacher!, given);
      return total(given, toGoal(given)) + 5 * ramp(step, 0.3 * STEPS) * distilled;
    },
  ],
  [
    'ulpd',
    { ramp: 0.5, applications: 4 },
    (given, step) => {
      const { heatmaps, expert2, expert3, expert4 } = given.outputs;
      const follow = (maps?: Planes): number => mse(heatmaps!, maps!, given);
      const distilled = (2 * follow(expert2) + 3 * follow(expert3) + 4 * follow(expert4)) / 4;
      return total(given, toGoal(given)) + ramp(step, 0.5 * STEPS) * distilled;
    },
  ],
  ['park', {}, (given) => mixedWith(given, 0.8)],
  ['park', { alphaOn: 'groundTruth', alpha: 0.7 }, (given) => mixedWith(given, 0.3)],
  ['fpd', {}, (given) => mixedWith(given, 0.5)],
];

/** Every output towards a teacher's maps with this weight and towards the ground truth with the rest. */
function mixedWith(given: Case, alpha: number): number {
  const toTeacher = (maps: Planes): number => mse(maps, given.teacher, given);
  return (1 - alpha) * total(given, toGoal(given)) + alpha * total(given, toTeacher);
}

describe('losses, written out', () => {
  it.each(FORMULAS)('%s %j', async (label, options, formula) => {
    const plan = recipePlan(tinyRecipe(label), { ...options, steps: STEPS });
    const given = drawCase(plan);
    for (const step of [0, 1, 14, 30, 49]) {
      const expected = formula(given, step);
      const found = await lossOf(plan, given, step);
      expect(Math.abs(found / expected - 1), `step ${step}`).toBeLessThan(1e-6);
    }
  });
});
