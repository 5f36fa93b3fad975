// Several people in one picture: who hides whom, how crowded it is, and the same people under another skeleton.
import { renderScene, syntheticDataset } from '@pose-distill/datasets';

const scene = renderScene({ seed: 1, index: 6, people: 5, crowding: 1 });
console.log('pixels', scene.image.data.length, 'crowd index', scene.crowdIndex.toFixed(2));
for (const { visibility, area, shown } of scene.people) {
  const [outside, hidden, seen] = [0, 1, 2].map((v) => visibility.filter((x) => x === v).length);
  const keypoints = `${seen} seen, ${hidden} hidden, ${outside} outside`;
  console.log(`${keypoints}; ${Math.round(area)} pixels, ${(100 * shown).toFixed(0)}% shown`);
}

// As data: everybody is a sample. On the command line: --data 'synthetic:{"people":5,"crowding":0.8,"skeleton":"mpii16"}'
const dataset = syntheticDataset(
  { kind: 'synthetic', count: 10, people: 5, crowding: 0.8, skeleton: 'mpii16', seed: 1 },
  'train',
);
console.log(dataset.skeleton.name, dataset.samples.length, 'people in 10 pictures');
