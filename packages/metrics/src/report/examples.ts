import {
  escapeHtml,
  extentOf,
  type StickLine,
  type StickPose,
  stickFigure,
} from '@pose-distill/internal-sheets';
import type { KeypointOutcome, OksAnalysis, PersonAnalysis } from '../analysis/index.js';
import { KEYPOINT_OUTCOMES } from '../analysis/index.js';
import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { OUTCOME_COLOURS } from './palette.js';

const SHOWN = 6;
const FRAME = { width: 168, height: 186 };

export interface ExampleInputs {
  readonly groundTruth: CocoKeypointFile;
  readonly results: readonly CocoKeypointResult[];
  readonly analysis: OksAnalysis;
}

type Found = PersonAnalysis & { readonly result: number; readonly oks: number };

/** People drawn with their results: typical ones, the worst, the most of each kind of error, the missed, and results about nobody. */
export function exampleSections(inputs: ExampleInputs): string {
  const { people, strayResults } = inputs.analysis;
  const found = people.filter((person): person is Found => person.result !== null);
  const byOks = found.toSorted((a, b) => a.oks - b.oks);
  const sections: [string, string, string[]][] = [];
  const add = (title: string, note: string, cards: string[]): void => {
    if (cards.length > 0) sections.push([title, note, cards]);
  };
  const draw = (list: readonly Found[]): string[] =>
    list.map((person) => foundCard(person, inputs));
  add('Typical', 'One from each sixth of the people, by OKS.', draw(typical(byOks)));
  add(
    'Lowest OKS',
    'The poorest results that still are about somebody.',
    draw(byOks.slice(0, SHOWN)),
  );
  for (const [outcome, title, note] of KINDS) {
    const most = found
      .filter((person) => count(person, outcome) > 0)
      .toSorted((a, b) => count(b, outcome) - count(a, outcome) || a.oks - b.oks);
    add(title, note, draw(most.slice(0, SHOWN)));
  }
  const missed = people
    .filter(({ result }) => result === null)
    .toSorted((a, b) => areaOf(b, inputs) - areaOf(a, inputs));
  add(
    'Missed people',
    'No result is about them; the largest.',
    missed.slice(0, SHOWN).map((person) => missedCard(person, inputs)),
  );
  const strays = strayResults
    .filter(({ kind }) => kind === 'background' || kind === 'duplicate')
    .toSorted((a, b) => b.score - a.score);
  add(
    'False positives',
    'Results about nobody, with the highest scores.',
    strays.slice(0, SHOWN).map((stray) => strayCard(stray, inputs)),
  );
  return sections
    .map(
      ([title, note, cards]) =>
        `<h3>${title}</h3><p class="quiet">${note}</p><div class="cards">${cards.join('')}</div>`,
    )
    .join('\n');
}

const KINDS: readonly (readonly [KeypointOutcome, string, string])[] = [
  ['inversion', 'Inversions', 'Keypoints on their left or right counterpart.'],
  ['swap', 'Swaps', 'Keypoints on another person.'],
  ['miss', 'Misses', 'Keypoints near none.'],
];

const PLURALS: Readonly<Record<KeypointOutcome, string>> = {
  good: 'good',
  jitter: 'jitter',
  inversion: 'inversions',
  swap: 'swaps',
  miss: 'misses',
};

function typical(byOks: readonly Found[]): Found[] {
  const places = Array.from({ length: SHOWN }, (_, i) =>
    Math.floor(((i + 0.5) / SHOWN) * byOks.length),
  );
  return [...new Set(places)].flatMap((place) => byOks[place] ?? []);
}

function count({ outcomes }: PersonAnalysis, wanted: KeypointOutcome): number {
  return outcomes.filter((outcome) => outcome === wanted).length;
}

function areaOf({ annotation }: PersonAnalysis, { groundTruth }: ExampleInputs): number {
  return groundTruth.annotations[annotation]!.area ?? 0;
}

function foundCard(person: Found, inputs: ExampleInputs): string {
  const { groundTruth, results, analysis } = inputs;
  const truth = groundTruth.annotations[person.annotation]!.keypoints!;
  const { keypoints, score } = results[person.result]!;
  const labelled = person.outcomes.flatMap((outcome, k) => (outcome ? [k] : []));
  const truePlaces = labelled.map((k): [number, number] => [truth[3 * k]!, truth[3 * k + 1]!]);
  // A far miss would make the person tiny, so only what is near the person stretches the frame.
  const near = extentOf(truePlaces, 0.6);
  const inside = labelled
    .map((k): [number, number] => [keypoints[3 * k]!, keypoints[3 * k + 1]!])
    .filter(
      ([x, y]) =>
        x >= near.left &&
        y >= near.top &&
        x <= near.left + near.width &&
        y <= near.top + near.height,
    );
  const { skeleton } = analysis;
  const predicted: StickPose = {
    keypoints: flat(keypoints),
    limbs: skeleton.limbs,
    shown: person.outcomes.map((outcome) => outcome !== null),
    colour: 'var(--ink)',
    lineWidth: 1.2,
    radius: 3.2,
    opacity: 0.95,
    colours: person.outcomes.map((outcome) => (outcome ? OUTCOME_COLOURS[outcome] : undefined)),
    names: person.outcomes.map((outcome, k) => `${skeleton.keypoints[k]}: ${outcome}`),
  };
  const errors = labelled.flatMap((k): StickLine[] => {
    const outcome = person.outcomes[k]!;
    if (outcome === 'good') return [];
    return [
      {
        from: [keypoints[3 * k]!, keypoints[3 * k + 1]!],
        to: [truth[3 * k]!, truth[3 * k + 1]!],
        colour: OUTCOME_COLOURS[outcome],
      },
    ];
  });
  const figure = stickFigure(
    [...othersOf(person, inputs), truePose(truth, inputs), predicted],
    extentOf([...truePlaces, ...inside]),
    { ...FRAME, label: `Annotation and result of image ${person.imageId}` },
    errors,
  );
  const kinds = KEYPOINT_OUTCOMES.filter((name) => name !== 'good')
    .map((name) => [name, count(person, name)] as const)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${n} ${n === 1 ? name : PLURALS[name]}`);
  return card(figure, person.imageId, [
    `OKS ${person.oks.toFixed(2)}, score ${short(score)}`,
    kinds.join(', ') || 'all good',
  ]);
}

function missedCard(person: PersonAnalysis, inputs: ExampleInputs): string {
  const truth = inputs.groundTruth.annotations[person.annotation]!.keypoints!;
  const figure = stickFigure(
    [...othersOf(person, inputs), truePose(truth, inputs)],
    extentOf(labelledPlaces(truth)),
    { ...FRAME, label: `Missed person of image ${person.imageId}` },
  );
  const n = labelledPlaces(truth).length;
  return card(figure, person.imageId, [
    `${n} keypoint${n === 1 ? '' : 's'}`,
    `area ${Math.round(areaOf(person, inputs)).toLocaleString('en')} px²`,
  ]);
}

function strayCard(
  { result, imageId, score, kind }: OksAnalysis['strayResults'][number],
  inputs: ExampleInputs,
): string {
  const { results, analysis } = inputs;
  const points = flat(results[result]!.keypoints);
  const predicted: StickPose = {
    keypoints: points,
    limbs: analysis.skeleton.limbs,
    colour: 'var(--miss)',
    lineWidth: 1.2,
    radius: 2.4,
  };
  const places = analysis.skeleton.keypoints.map((_, k): [number, number] => [
    points[2 * k]!,
    points[2 * k + 1]!,
  ]);
  const around = { imageId, annotation: -1, categoryId: results[result]!.category_id };
  const figure = stickFigure([...othersOf(around, inputs), predicted], extentOf(places), {
    ...FRAME,
    label: `False positive of image ${imageId}`,
  });
  return card(figure, imageId, [`score ${short(score)}`, kind]);
}

/** Everybody else in the image, faintly, with what is labelled of them. */
function othersOf(
  {
    imageId,
    annotation,
    categoryId,
  }: Pick<PersonAnalysis, 'imageId' | 'annotation' | 'categoryId'>,
  { groundTruth, analysis }: ExampleInputs,
): StickPose[] {
  return groundTruth.annotations.flatMap((other, i): StickPose[] =>
    i !== annotation &&
    other.image_id === imageId &&
    other.category_id === categoryId &&
    other.keypoints
      ? [
          {
            ...{ keypoints: flat(other.keypoints), limbs: analysis.skeleton.limbs, lineWidth: 1 },
            ...{ shown: flags(other.keypoints), colour: 'var(--other)', radius: 1.5 },
          },
        ]
      : [],
  );
}

function truePose(keypoints: readonly number[], { analysis }: ExampleInputs): StickPose {
  return {
    ...{ keypoints: flat(keypoints), limbs: analysis.skeleton.limbs, shown: flags(keypoints) },
    ...{ colour: 'var(--truth)', lineWidth: 4, radius: 3, opacity: 0.45 },
  };
}

function card(figure: string, imageId: number, lines: readonly string[]): string {
  const text = [`image ${imageId}`, ...lines].map(escapeHtml).join('<br>');
  return `<figure>${figure}<figcaption>${text}</figcaption></figure>`;
}

function flat(keypoints: readonly number[]): number[] {
  return keypoints.filter((_, i) => i % 3 !== 2);
}

function flags(keypoints: readonly number[]): number[] {
  return keypoints.filter((_, i) => i % 3 === 2);
}

function labelledPlaces(keypoints: readonly number[]): [number, number][] {
  return flags(keypoints).flatMap((flag, k): [number, number][] =>
    flag > 0 ? [[keypoints[3 * k]!, keypoints[3 * k + 1]!]] : [],
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
