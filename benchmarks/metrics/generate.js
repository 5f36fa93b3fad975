/**
 * A made-up COCO keypoint annotation file and a result file, from a seed: people of every size, hidden keypoints, a few crowds,
 * near and far results, two for each person.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Numbers in [0, 1) from a seed. */
export function createNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let h = Math.imul(state ^ (state >>> 15), 1 | state);
    h = (h + Math.imul(h ^ (h >>> 7), 61 | h)) ^ h;
    return ((h ^ (h >>> 14)) >>> 0) / 4294967296;
  };
}

const KEYPOINTS = 17;
const round = (value, digits) => Number(value.toFixed(digits));

/**
 * Writes `truthFile` and `resultFile`; returns the counts. Results have float32 coordinates written as doubles, as models' results do,
 * unless `digits` says how many decimals they have.
 */
export function generate({ truthFile, resultFile, images, people, results, seed = 1, digits }) {
  const next = createNumbers(seed);
  const normal = () => next() + next() + next() - 1.5;
  const truth = openLines(truthFile);
  const found = openLines(resultFile);
  truth.write('{"images":[');
  for (let i = 0; i < images; i++) {
    truth.write(
      `${i ? ',' : ''}{"id":${i + 1},"width":640,"height":480,"file_name":"${i + 1}.jpg"}`,
    );
  }
  truth.write('],"categories":[{"id":1,"name":"person"}],"annotations":[');
  found.write('[');
  const annotations = [];
  for (let i = 0; i < people; i++) {
    const size = 20 + 200 * next() ** 2;
    const [x, y] = [640 * next(), 480 * next()];
    const image = Math.floor((i * images) / people) + 1;
    const crowd = next() < 0.02;
    const pose = [];
    let labelled = 0;
    for (let k = 0; k < KEYPOINTS; k++) {
      const flag = crowd || next() < 0.25 ? 0 : next() < 0.3 ? 1 : 2;
      if (flag) labelled++;
      const [u, v] = [Math.round(x + size * normal()), Math.round(y + size * 1.5 * normal())];
      pose.push(flag ? u : 0, flag ? v : 0, flag);
    }
    const box = [x - size, y - 1.5 * size, 2 * size, 3 * size].map((value) => round(value, 2));
    const outline = Array.from({ length: 24 }, () => round(x + size * normal(), 2));
    annotations.push(
      JSON.stringify({
        segmentation: [outline],
        num_keypoints: labelled,
        area: round(2.2 * size * size, 4),
        iscrowd: crowd ? 1 : 0,
        keypoints: pose,
        image_id: image,
        bbox: box,
        category_id: 1,
        id: 100000 + 7 * i,
      }),
    );
    const count = Math.floor(((i + 1) * results) / people) - Math.floor((i * results) / people);
    for (let r = 0; r < count; r++) {
      const error = r === 0 ? 0.16 * next() ** 2 : 0.02 + next();
      const keypoints = [];
      for (let k = 0; k < KEYPOINTS; k++) {
        const seen = pose[3 * k + 2] > 0;
        const u = (seen ? pose[3 * k] : x) + size * error * normal();
        const v = (seen ? pose[3 * k + 1] : y) + size * error * normal();
        const confidence = Math.max(0.01, 1 - error + 0.1 * normal());
        for (const value of [u, v, confidence]) {
          keypoints.push(digits === undefined ? Math.fround(value) : round(value, digits));
        }
      }
      const score = Math.fround(Math.max(0.001, 0.9 - error * (0.5 + next())));
      found.write(
        `${i || r ? ',' : ''}${JSON.stringify({ image_id: image, category_id: 1, keypoints, score })}`,
      );
    }
  }
  // Results come image by image, annotations in no order, as in COCO's files.
  for (let i = 0; i < people; i++) {
    truth.write(`${i ? ',' : ''}${annotations[(i * 7919) % people]}`);
  }
  truth.write(']}');
  found.write(']');
  truth.close();
  found.close();
  return { images, people, results };
}

function openLines(path) {
  const file = openSync(path, 'w');
  let text = '';
  const flush = () => {
    writeSync(file, text);
    text = '';
  };
  return {
    write(piece) {
      text += piece;
      if (text.length > 1 << 20) flush();
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}
