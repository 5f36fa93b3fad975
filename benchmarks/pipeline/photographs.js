/** A COCO folder of 640x480 JPEG files with a drawn figure each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticDataset } from '@pose-distill/datasets';
import sharp from 'sharp';

export async function writePhotographs(folder, count) {
  const size = { width: 640, height: 480 };
  const spec = { kind: 'synthetic', count, seed: 1, size, cacheBytes: 0 };
  const { samples, readImage, groundTruth } = syntheticDataset(spec, 'train');
  mkdirSync(join(folder, 'train'));
  const rename = (name) => name.replace(/\.\w+$/, '.jpg');
  for (const sample of samples) {
    const { data } = await readImage(sample);
    await sharp(data, { raw: { ...size, channels: 3 } })
      .jpeg({ quality: 90 })
      .toFile(join(folder, 'train', rename(sample.file)));
  }
  const truth = groundTruth();
  const images = truth.images.map((image) => ({ ...image, file_name: rename(image.file_name) }));
  writeFileSync(join(folder, 'person_keypoints_train.json'), JSON.stringify({ ...truth, images }));
}
