/**
 * Writes an annotation file of the size and shape of COCO's person_keypoints_train2017.json: 118,287 images, 262,465 people of
 * whom 149,813 have keypoints, outlines of polygons and (crowds) run lengths; about 250 MB.
 *
 * node datasets/generate.js FILE [--images 118287] [--people 262465]
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const KEYPOINTS =
  'nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle'.split(
    ' ',
  );

/** The file is the same for the same numbers. */
export async function generate(path, { images = 118_287, people = 262_465 } = {}) {
  const out = createWriteStream(path, { highWaterMark: 2 ** 22 });
  let parts = [];
  let size = 0;
  const flush = async () => {
    const text = parts.join('');
    parts = [];
    size = 0;
    if (!out.write(text)) await once(out, 'drain');
  };
  const write = async (text) => {
    parts.push(text);
    size += text.length;
    if (size > 2 ** 20) await flush();
  };
  let state = 12345;
  const whole = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const hundredths = (n) => Math.round(whole(n * 100)) / 100;

  await write(
    '{"info":{"description":"made for measuring","version":"1.0"},"licenses":[{"id":1,"name":"none"}],"images":[',
  );
  const ids = [];
  for (let i = 0; i < images; i++) {
    const id = 4 * i + 9 + whole(4);
    ids.push(id);
    const name = `${String(id).padStart(12, '0')}.jpg`;
    await write(
      `${i ? ',' : ''}{"license":${1 + whole(8)},"file_name":"${name}","coco_url":"http://images.cocodataset.org/train2017/${name}",` +
        `"height":${427 + whole(214)},"width":${480 + whole(161)},"date_captured":"2013-11-14 11:18:45",` +
        `"flickr_url":"http://farm9.staticflickr.com/8186/8119368305_${id}_z.jpg","id":${id}}`,
    );
  }
  await write('],"annotations":[');
  for (let i = 0; i < people; i++) {
    const labelled = whole(1000) < 571;
    const crowd = whole(100) < 2 && !labelled;
    const [x, y, width, height] = [
      whole(300),
      whole(200),
      20 + hundredths(150),
      40 + hundredths(180),
    ];
    const outline = crowd
      ? `{"counts":[${Array.from({ length: 300 }, () => 1 + whole(300)).join(',')}],"size":[480,640]}`
      : `[[${Array.from({ length: 30 + whole(120) }, (_, j) => (j % 2 ? y + hundredths(height) : x + hundredths(width)).toFixed(2)).join(',')}]]`;
    let count = 0;
    const keypoints = KEYPOINTS.map(() => {
      if (!labelled || whole(10) < 3) return '0,0,0';
      count++;
      return `${x + whole(width)},${y + whole(height)},${1 + whole(2)}`;
    }).join(',');
    await write(
      `${i ? ',' : ''}{"segmentation":${outline},"num_keypoints":${count},"area":${(0.53 * width * height).toFixed(5)},` +
        `"iscrowd":${crowd ? 1 : 0},"keypoints":[${keypoints}],"image_id":${ids[whole(images)]},` +
        `"bbox":[${x},${y},${width},${height}],"category_id":1,"id":${200_000 + i}}`,
    );
  }
  const limbs = [
    [16, 14],
    [14, 12],
    [17, 15],
    [15, 13],
    [12, 13],
    [6, 12],
    [7, 13],
    [6, 7],
    [6, 8],
    [7, 9],
  ];
  await write(
    `],"categories":[${JSON.stringify({ supercategory: 'person', id: 1, name: 'person', keypoints: KEYPOINTS, skeleton: limbs })}]}`,
  );
  await flush();
  out.end();
  await once(out, 'close');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { images: { type: 'string' }, people: { type: 'string' } },
  });
  const numbers = Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, Number(text)]),
  );
  await generate(positionals[0], numbers);
}
