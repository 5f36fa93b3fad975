import { dirname, join } from 'node:path';
import type { Box } from '@pose-distill/heatmap-decode';
import { readMat } from '../mat-file.js';
import { listFolder, readBytes } from './coco-folder.js';

/** HRNet's and mmpose's names of the file, beside the annotations of the validation list. */
const NAMES = ['gt_valid.mat', 'mpii_gt_val.mat'];

/**
 * Boxes of the heads of MPII's validation list, in its order, from the file that its JSON forms are published with; undefined where there is none.
 *
 * @throws DatasetError `BAD_ANNOTATION` for a file that cannot be read or has no `headboxes_src` [2,2,N]
 */
export async function readHeadBoxes(annotations: string): Promise<readonly Box[] | undefined> {
  const folder = dirname(annotations);
  const names = (await listFolder(folder)) ?? [];
  const name = NAMES.find((candidate) => names.includes(candidate));
  if (!name) return undefined;
  const file = join(folder, name);
  return readMat(await readBytes(file), 'headboxes_src', file, (value) => {
    const numeric = value.kind === 'numeric' ? value : undefined;
    const [corners, axes, people = 1] = numeric?.shape ?? [];
    if (!numeric || corners !== 2 || axes !== 2)
      throw new Error(
        `headboxes_src must be numbers [2,2,N], got [${value.kind === 'struct' ? 'struct' : value.shape}]`,
      );
    return Array.from({ length: people }, (_, n) => boxOf(numeric.data, 4 * n));
  });
}

/** Column-major: x of both corners, then y; pixels from 1 there and from 0 here. */
function boxOf(data: ArrayLike<number | bigint>, at: number): Box {
  const [left, right, top, bottom] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!].map(
    Number,
  );
  return { x: left! - 1, y: top! - 1, width: right! - left!, height: bottom! - top! };
}
