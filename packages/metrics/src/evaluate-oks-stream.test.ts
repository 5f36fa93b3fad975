import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readReferenceJson } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import {
  type ByteSource,
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateOks,
  evaluateOksStream,
  MetricsError,
  oksOptionsFromParams,
} from './index.js';

const encoder = new TextEncoder();

/** A text in pieces of at most `size` bytes. */
function pieces(text: string, size: number): Uint8Array[] {
  const bytes = encoder.encode(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
}

function webStream(text: string): ReadableStream<Uint8Array> {
  const list = pieces(text, 1000);
  return new ReadableStream({
    pull(controller) {
      const piece = list.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
}

const golden = fileURLToPath(new URL('../test/golden/oks/', import.meta.url));

interface Case {
  readonly truth: CocoKeypointFile;
  readonly results: CocoKeypointResult[];
  readonly options: ReturnType<typeof oksOptionsFromParams>;
}

function readCase(name: string): Case {
  const read = <T>(file: string): T => readReferenceJson<T>(`${golden}${name}/${file}`);
  const params = existsSync(`${golden}${name}/params.json`) ? read('params.json') : {};
  return {
    truth: read('gt.json'),
    results: read('dt.json'),
    options: oksOptionsFromParams(params),
  };
}

async function compare(
  { truth, results, options }: Case,
  forms: [ByteSource | CocoKeypointFile, ByteSource][],
) {
  const { oks: _, matches, ...whole } = evaluateOks(truth, results, options);
  for (const [truthForm, resultForm] of forms) {
    const { matches: found, ...streamed } = await evaluateOksStream(truthForm, resultForm, options);
    expect(streamed).toEqual(whole);
    expect(found()).toEqual(matches());
  }
}

describe('evaluateOksStream gives what evaluateOks gives', () => {
  it.each(readdirSync(golden))('%s', async (name) => {
    const one = readCase(name);
    const [truthText, resultText] = [JSON.stringify(one.truth), JSON.stringify(one.results)];
    await compare(one, [
      [one.truth, pieces(resultText, 7)],
      [pieces(truthText, 13), pieces(resultText, 1 << 20)],
    ]);
  });

  it('from web streams, written in other ways', async () => {
    const one = readCase('holes');
    const spaced = JSON.stringify(one.results, null, 2);
    const odd = one.results.map((result, i) => ({
      ...(i % 2 ? { note: 'a "word" }, {', more: { a: [1, 'x'] }, nothing: null } : {}),
      ...result,
    }));
    const swapped = JSON.stringify({
      annotations: one.truth.annotations.map((annotation) => ({
        segmentation: [[1, 2.5]],
        ...annotation,
      })),
      info: { text: '\u00e9' },
      categories: one.truth.categories,
      images: one.truth.images,
    });
    await compare(one, [
      [webStream(swapped), webStream(spaced)],
      [one.truth, pieces(JSON.stringify(odd), 50)],
    ]);
  });

  it('with boxes for areas', async () => {
    const one = readCase('area-boundary');
    const results = one.results.map((result, i) => ({ ...result, bbox: [1, 2, 30 + i, 31] }));
    await compare({ ...one, results }, [[one.truth, pieces(JSON.stringify(results), 99)]]);
  });
});

describe('evaluateOksStream refuses', () => {
  const { truth, results } = readCase('holes');
  const text = JSON.stringify(results);
  const problemsOf = async (
    given: string,
    truthForm: ByteSource | CocoKeypointFile = truth,
  ): Promise<string[]> => {
    try {
      await evaluateOksStream(truthForm, pieces(given, 64));
    } catch (error) {
      if (!(error instanceof MetricsError)) throw error;
      return error.details.problems.map(({ code, path }) => `${code} ${path}`);
    }
    return [];
  };

  it('all bad records, by their places', async () => {
    const bad = results.map((result, i) => {
      if (i === 1) return { ...result, keypoints: [1, 2, 3] };
      if (i === 2) return { ...result, image_id: 987654 };
      return i === 3 ? { ...result, score: undefined } : result;
    });
    const given = JSON.stringify(bad).replace(/"score":[\d.]+/, '"score":NaN');
    expect(await problemsOf(given)).toEqual([
      'NON_FINITE results[0]',
      'SHAPE_MISMATCH results[1].keypoints',
      'BAD_ANNOTATION results[2].image_id',
      'BAD_ANNOTATION results[3].score',
    ]);
  });

  it('numbers too large for a double', async () => {
    const given = text.replace(/"keypoints":\[[\d.]+/, '"keypoints":[1e999');
    expect(await problemsOf(given)).toEqual(['NON_FINITE results[0].keypoints[0]']);
  });

  it.each<[string, string, string]>([
    ['no results', '[]', 'EMPTY_RESULTS results'],
    ['an object', '{}', 'BAD_ANNOTATION results'],
    ['a file cut short', text.slice(0, -5), 'BAD_ANNOTATION results'],
    ['something behind the list', `${text}x`, 'BAD_ANNOTATION results'],
    ['a number in the list', `[5,${text.slice(1)}`, 'BAD_ANNOTATION results[0]'],
    ['a missing comma', text.replace(',"score"', ' "score"'), 'BAD_ANNOTATION results[0]'],
  ])('%s', async (_, given, expected) => {
    expect((await problemsOf(given))[0]).toBe(expected);
  });

  it('annotations that are none', async () => {
    const truthText = JSON.stringify(truth);
    expect(await problemsOf(text, pieces(truthText.slice(0, -9), 100))).toEqual([
      'BAD_ANNOTATION groundTruth',
    ]);
    const missing = truthText.replace('"iscrowd":0,', '');
    const problems = await problemsOf(text, pieces(missing, 100));
    expect(problems).toEqual([
      expect.stringMatching(/^BAD_ANNOTATION annotations\[\d+\].iscrowd$/),
    ]);
  });
});
