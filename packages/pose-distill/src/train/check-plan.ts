import * as tf from '@tensorflow/tfjs-core';
import { PoseDistillError } from '../errors.js';
import { inputProblems, scheduleProblems, settingProblems } from './check-settings.js';
import type { LossTerm, Maps, Plan, TermInput } from './plan.js';
import { describeTeacher, type MapShape, outputShapes } from './teacher.js';

/**
 * Throws, before anything is computed, when the parts of a plan do not go together: ways to cut and average, outputs that are not there,
 * teachers of other keypoints or another input size, and loss terms that refuse the maps they would get (each is tried once, on maps of zeros).
 *
 * @throws PoseDistillError BAD_OPTION, SHAPE_MISMATCH; both sides are named
 */
export function checkPlan(plan: Plan): void {
  const settings = settingProblems(plan);
  // Schedules and networks are only looked at with sizes and counts that make sense.
  const problems = settings.length
    ? settings
    : [
        ...scheduleProblems(plan),
        ...inputProblems(plan),
        ...outputProblems(plan),
        ...teacherProblems(plan),
      ];
  if (problems.length)
    throw new PoseDistillError('BAD_OPTION', `Plan ${plan.name}: ${problems.join('; ')}.`, {
      problems,
    });
  tryTerms(plan);
}

/** Outputs that are to be decoded must be there, as heatmaps of the plan's keypoints and size. */
function outputProblems(plan: Plan): string[] {
  const { student, skeleton, heatmapSize, deploys = ['heatmaps'], watches = [] } = plan;
  const { height, width } = heatmapSize;
  const expected: MapShape = [height, width, skeleton.keypoints.length];
  const shapes = outputShapes(student);
  return [...deploys, ...watches].flatMap((name) => {
    const shape = shapes[name];
    if (!shape) return [`the student has no output "${name}"; it gives ${describeMaps(shapes)}`];
    if (shape.join() === expected.join()) return [];
    return [
      `the student's output "${name}" is ${shape.join('x')}, and heatmaps of the plan are ${expected.join('x')}`,
    ];
  });
}

function teacherProblems({ teachers = {}, skeleton, inputSize }: Plan): string[] {
  return Object.entries(teachers).flatMap(([name, teacher]) => {
    if (typeof teacher !== 'object' || teacher === null)
      return [`teacher "${name}" is ${teacher}; give it by --teacher ${name}=FOLDER`];
    const theirs = describeTeacher(teacher);
    const problems: string[] = [];
    const [own, other] = [skeleton.keypoints, theirs.skeleton.keypoints];
    const at = own.findIndex((keypoint, index) => keypoint !== other[index]);
    if (own.length !== other.length || at >= 0)
      problems.push(
        `the student learns ${own.length} keypoints (${own.join(', ')}) and teacher "${name}" knows ${other.length} (${other.join(', ')})`,
      );
    const size = ({ height, width }: Plan['inputSize']): string => `${height}x${width}`;
    if (size(inputSize) !== size(theirs.inputSize))
      problems.push(
        `the student's input is ${size(inputSize)} and that of teacher "${name}" ${size(theirs.inputSize)}; give --input ${size(theirs.inputSize)} or another teacher`,
      );
    return problems;
  });
}

function describeMaps(shapes: Readonly<Record<string, MapShape>>): string {
  const maps = Object.entries(shapes).map(([name, shape]) => `${name} ${shape.join('x')}`);
  return maps.join(', ') || 'nothing';
}

/** Computes each term once on maps of zeros. */
function tryTerms(plan: Plan): void {
  const shapes = outputShapes(plan.student);
  const teachers = Object.entries(plan.teachers ?? {}).map(
    ([name, teacher]) => [name, describeTeacher(teacher).outputs] as const,
  );
  const sides = [
    `the student gives ${describeMaps(shapes)}`,
    ...teachers.map(([name, maps]) => `teacher "${name}" gives ${describeMaps(maps)}`),
  ].join('; ');
  tf.tidy(() => {
    const input: TermInput = {
      outputs: zeros('the student', shapes),
      teachers: named(
        'the plan',
        'teacher',
        Object.fromEntries(
          teachers.map(([name, maps]) => [name, zeros(`teacher "${name}"`, maps)]),
        ),
      ),
      targets: emptyTargets(plan),
    };
    for (const term of plan.terms) tryTerm(plan, term, input, sides);
  });
}

function tryTerm(plan: Plan, term: LossTerm, input: TermInput, sides: string): void {
  try {
    const value: unknown = term.fn(input);
    if (value instanceof tf.Tensor && value.size === 1) return;
    const given = value instanceof tf.Tensor ? `[${value.shape}]` : typeof value;
    throw new Error(`it must give a scalar, and gave ${given}.`);
  } catch (error) {
    throw new PoseDistillError(
      'SHAPE_MISMATCH',
      `Plan ${plan.name}: term "${term.name}" cannot be computed: ${(error as Error).message} Here ${sides}.`,
      { term: term.name },
      { cause: error },
    );
  }
}

function zeros(owner: string, shapes: Readonly<Record<string, MapShape>>): Maps {
  return named(
    owner,
    'output',
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, tf.zeros([1, ...shape])]),
    ) as Maps,
  );
}

/** A record that says what it has when asked for something else. */
function named<T>(
  owner: string,
  what: string,
  values: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return new Proxy(values, {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name);
      throw new Error(
        `${owner} has no ${what} "${name}"; it has ${Object.keys(target).join(', ') || 'none'}.`,
      );
    },
  });
}

function emptyTargets({ heatmapSize: { height, width }, skeleton }: Plan): TermInput['targets'] {
  const count = skeleton.keypoints.length;
  return {
    heatmaps: tf.zeros([1, height, width, count]),
    coordinates: tf.zeros([1, count, 2]),
    weights: tf.zeros([1, count]),
  };
}
