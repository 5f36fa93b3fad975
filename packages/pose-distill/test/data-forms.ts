import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PoseDataset, type Split, syntheticDataset } from '@pose-distill/datasets';
import { writeFigures } from '@pose-distill/datasets/node';
import sharp from 'sharp';

/** The forms that synthetic figures can be written in here. */
export const DATA_FORMS = ['coco', 'mpii', 'crowdpose'] as const;
export type DataForm = (typeof DATA_FORMS)[number];

const COUNTS = { train: 12, val: 5 };

/** Writes a handful of synthetic figures in a data set's own form; returns the source's short name. */
export async function writeForm(form: DataForm, directory: string): Promise<string> {
  if (form === 'coco') await writeFigures(directory, COUNTS);
  for (const split of ['train', 'val'] as const)
    if (form === 'mpii') await writeMpii(directory, split);
    else if (form === 'crowdpose') await writeCrowdPose(directory, split);
  return `${form}:${directory}`;
}

/** HRNet's `annot/train.json` and `valid.json`: pixels from 1, centre and scale instead of a box, no sizes and no areas. */
async function writeMpii(directory: string, split: Split): Promise<void> {
  const dataset = syntheticDataset(
    { kind: 'synthetic', skeleton: 'mpii16', count: COUNTS[split] },
    split,
  );
  await writePictures(directory, split, dataset);
  const rows = dataset.samples.map(({ file, box, keypoints, visibility }) => {
    const scale = Math.max(box.width, box.height) / 200;
    return {
      image: `${split}-${file}`,
      center: [box.x + box.width / 2 + 1, box.y + box.height / 2 - 15 * scale + 1],
      scale,
      joints: Array.from(visibility, (_, k) => [keypoints[2 * k]! + 1, keypoints[2 * k + 1]! + 1]),
      joints_vis: Array.from(visibility, (flag) => (flag > 0 ? 1 : 0)),
    };
  });
  write(join(directory, 'annot', split === 'val' ? 'valid.json' : 'train.json'), rows);
}

/** CrowdPose's `crowdpose_<split>.json`: pictures with `crowdIndex`, people without `area`. */
async function writeCrowdPose(directory: string, split: Split): Promise<void> {
  const dataset = syntheticDataset(
    { kind: 'synthetic', skeleton: 'crowdpose14', people: 3, crowding: 0.7, count: COUNTS[split] },
    split,
  );
  await writePictures(directory, split, dataset);
  const { images, annotations, categories } = dataset.groundTruth();
  write(join(directory, 'json', `crowdpose_${split}.json`), {
    images: images.map((image) => ({ ...image, file_name: `${split}-${image.file_name}` })),
    annotations: annotations.map(({ area: _, ...person }) => person),
    categories,
  });
}

async function writePictures(
  directory: string,
  split: Split,
  { samples, readImage }: PoseDataset,
): Promise<void> {
  mkdirSync(join(directory, 'images'), { recursive: true });
  for (const sample of samples) {
    const { data, width, height } = await readImage(sample);
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(directory, 'images', `${split}-${sample.file}`));
  }
}

function write(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
}
