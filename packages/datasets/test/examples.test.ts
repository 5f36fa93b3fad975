import { expect, it, vi } from 'vitest';
import { epochOrder } from '../src/order.js';

async function linesOf(load: () => Promise<unknown>): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await load();
  const lines = log.mock.calls.map((call) => call.join(' '));
  log.mockRestore();
  return lines;
}

it('examples/batches prints what the README says', async () => {
  expect(await linesOf(() => import('../examples/batches.js'))).toEqual([
    'steps an epoch 4',
    `images ${16 * 128 * 96 * 3} keypoints ${16 * 17 * 2}`,
    `batch 5 visits ${epochOrder(64, 1, 1).slice(16, 20).join(' ')}`,
    'validation 16 16 8',
  ]);
});

it('examples/check-annotations prints what it says', async () => {
  expect(await linesOf(() => import('../examples/check-annotations.js'))).toEqual([
    'error EMPTY_BOX at annotations[0].bbox: expected a width and height above 0, got 0 x 80',
    'error UNKNOWN_IMAGE at annotations[1].image_id: no image has the id 9',
    'error BAD_VISIBILITY at annotations[2].keypoints[5]: expected visibility 0, 1 or 2, got 5',
    'warning COUNT_DISAGREES at annotations[3].num_keypoints: says 1, but 2 keypoints have a visibility above 0',
    'left 4',
  ]);
});

it('examples/shards prints what it did', async () => {
  expect(await linesOf(() => import('../examples/shards.js'))).toEqual([
    'archives shard-000000.tar: 6, shard-000001.tar: 6, shard-000002.tar: 6, shard-000003.tar: 6',
    'sample 0 is 00000001.png, true',
    'sample 1 is 00000002.png, true',
    `images ${6 * 128 * 96 * 3} heatmaps ${6 * 32 * 24 * 17}`,
    'people 6',
  ]);
});

it('examples/scenes prints who hides whom', async () => {
  expect(await linesOf(() => import('../examples/scenes.js'))).toEqual([
    'pixels 147456 crowd index 1.44',
    '10 seen, 5 hidden, 2 outside; 11958 pixels, 100% shown',
    '7 seen, 5 hidden, 5 outside; 5710 pixels, 89% shown',
    '8 seen, 5 hidden, 4 outside; 5466 pixels, 78% shown',
    '2 seen, 2 hidden, 13 outside; 903 pixels, 24% shown',
    '2 seen, 4 hidden, 11 outside; 1583 pixels, 35% shown',
    'mpii16 50 people in 10 pictures',
  ]);
});

it('examples/convert prints what it says', async () => {
  expect(await linesOf(() => import('../examples/convert.js'))).toEqual([
    'crop 1179.6 around 965.0 409.8',
    'of COCO 12 of 17',
    'left shoulder 1066 252',
    'neck 983.5 252 head 79.03',
  ]);
});
