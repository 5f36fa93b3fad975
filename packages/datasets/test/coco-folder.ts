import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A COCO folder on disk for one test; `remove` takes it away. */
export interface TestFolder {
  readonly directory: string;
  write(path: string, content: string | Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export async function temporaryFolder(): Promise<TestFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'pose-datasets-'));
  return {
    directory,
    async write(path, content) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A noisy JPEG that depends on its number. */
export function jpeg(number: number, width = 40, height = 30): Promise<Buffer> {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i * 7 + number * 53) % 251,
  );
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

/** Annotations of `count` people, one a picture of 40 x 30. */
export function annotations(count: number, name = (i: number) => `${i}.jpg`): string {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return JSON.stringify({
    images: numbers.map((i) => ({ id: i, file_name: name(i), width: 40, height: 30 })),
    annotations: numbers.map((i) => ({
      id: 100 + i,
      image_id: i,
      category_id: 1,
      iscrowd: 0,
      num_keypoints: 2,
      keypoints: [10 + (i % 7), 12, 2, 20, 15, 2, 0, 0, 0],
      bbox: [5, 4, 25, 20],
      area: 300,
    })),
    categories: [{ id: 1, name: 'person', keypoints: ['nose', 'left_hip', 'right_hip'] }],
  });
}

/** A whole folder of `count` people as `val2017`. */
export async function cocoFolder(count: number): Promise<TestFolder> {
  const folder = await temporaryFolder();
  await folder.write('annotations/person_keypoints_val2017.json', annotations(count));
  for (let i = 1; i <= count; i++) await folder.write(`val2017/${i}.jpg`, await jpeg(i));
  return folder;
}
