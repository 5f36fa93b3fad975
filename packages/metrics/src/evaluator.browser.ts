import { createEvaluator } from './evaluator.js';

/** A small evaluation in two parts, for an engine to agree on. */
export function runParts(): { stats: object; precision: number[]; bytes: number } {
  const pose = (shift: number): number[] =>
    Array.from({ length: 17 }, (_, k) => [
      40 + 7 * (k % 4) + shift * (k % 3),
      30 + 6 * k,
      2,
    ]).flat();
  const evaluators = [createEvaluator(), createEvaluator()];
  for (let i = 0; i < 12; i++) {
    evaluators[i % 2]!.add({
      imageId: 30 - i,
      annotations: [
        {
          ...{ id: i + 1, image_id: 30 - i, category_id: 1, iscrowd: 0, num_keypoints: 17 },
          area: 900 * (i + 1),
          keypoints: pose(0),
        },
      ],
      results: [0, 1].map((second) => ({
        ...{ image_id: 30 - i, category_id: 1, score: ((5 * i + second) % 7) / 7 },
        keypoints: pose(i * 1.37 + 9 * second),
      })),
    });
  }
  const bytes = evaluators[1]!.serialise();
  evaluators[0]!.merge(bytes);
  const { stats, precision } = evaluators[0]!.result();
  return { stats, precision: [...precision.data], bytes: bytes.length };
}

export default runParts;
