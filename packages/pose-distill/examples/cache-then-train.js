// A teacher that runs once: its maps are kept in a folder, and a student learns from them.
//   node cache-then-train.js [folder]
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { coco17 } from '@pose-distill/skeletons';
import { runTraining, writeTeacherCache } from 'pose-distill/node';

const source = 'synthetic:{"count":96,"validation":16}';
const shared = { keypoints: coco17.keypoints, height: 64, width: 64, batchSize: 16, steps: 12 };

/** Trains a teacher, keeps its maps, trains a student on them; resolves to the student's scores and a person's bytes. */
export async function distil(folder) {
  const training = { source, workers: 1 };
  await runTraining({
    ...{ ...training, directory: `${folder}/teacher` },
    reference: {
      module: 'plain',
      options: { ...shared, network: 'mobilenetv2x0.25s16-deconv16', head: 'heatmap' },
    },
  });

  const { bytesPerSample } = await writeTeacherCache({
    ...{ teacher: `${folder}/teacher`, source, directory: `${folder}/cache` },
    codec: { kind: 'topk', count: 32 },
  });

  const { verdict } = await runTraining({
    ...{ ...training, directory: `${folder}/student` },
    reference: {
      module: 'hhd',
      options: {
        ...{ ...shared, network: 'mobilenetv2x0.25s16-deconv8' },
        teacher: `cache:${folder}/cache`,
      },
    },
  });
  return { scores: verdict.scores, bytesPerSample };
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href)
  console.log(await distil(argv[2] ?? 'runs/cache-then-train'));
