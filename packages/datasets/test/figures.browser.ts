import { crowdpose14, lsp14, mpii16 } from '@pose-distill/skeletons';
import { type RenderSceneOptions, renderFigure, renderScene } from '../src/figures/index.js';

interface Digest {
  readonly pixels: number;
  readonly labels: number[];
}

const SCENES: readonly Omit<RenderSceneOptions, 'seed' | 'index'>[] = [
  {},
  { people: 7, crowding: 0.9, skeleton: crowdpose14 },
  { people: { from: 1, to: 3 }, truncation: 1, motionBlur: 0.1, skeleton: mpii16 },
  { people: 2, occluders: 1, skeleton: lsp14, size: { width: 131, height: 97 } },
];

/** Sums over the pixels, labels and boxes of some pictures, to be compared between engines. */
export default function digest(): Digest[] {
  const figures = Array.from({ length: 3 }, (_, index): Digest => {
    const { image, keypoints, visibility, box, area } = renderFigure({ seed: 3, index });
    const labels = [...keypoints, ...visibility, ...Object.values(box), area];
    return { pixels: sum(image.data), labels };
  });
  const scenes = SCENES.map((options, index): Digest => {
    const scene = renderScene({ ...options, seed: 3, index });
    const labels = scene.people.flatMap(({ keypoints, visibility, box, area, shown }) => [
      ...keypoints,
      ...visibility,
      ...Object.values(box),
      area,
      shown,
    ]);
    return { pixels: sum(scene.image.data), labels: [...labels, scene.crowdIndex] };
  });
  return [...figures, ...scenes];
}

function sum(data: Uint8ClampedArray): number {
  let total = 0;
  for (const value of data) total = (Math.imul(total, 31) + value) | 0;
  return total;
}
