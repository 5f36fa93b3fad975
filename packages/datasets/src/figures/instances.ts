import type { Box } from '@pose-distill/heatmap-decode';
import { type Camera, project } from './camera.js';
import { PART } from './cone.js';
import { type BodyKeypoint, isFree, nearestOf, nearSamples } from './keypoints.js';
import { boxOf } from './measure.js';
import { type DepthBuffer, SAMPLES, type SeenCone } from './raster.js';

/** Most people in a picture: a byte of the map says who is seen in a sample, or on what they sit. */
export const MOST_PEOPLE = 100;

/** Who is seen in every sample of a picture: 0 nobody, 2n + 1 person n, 2n + 2 what carries person n. */
export interface InstanceMap {
  readonly width: number;
  readonly height: number;
  readonly owner: Uint8Array;
}

export function openInstanceMap(width: number, height: number): InstanceMap {
  const owner = new Uint8Array(width * SAMPLES * height * SAMPLES);
  return { width: width * SAMPLES, height: height * SAMPLES, owner };
}

/** A person as drawn, before anybody in front of them. */
export interface Trace {
  readonly box: Box;
  /** Samples that show the person. */
  readonly count: number;
  /** For each keypoint the samples around it in which it is seen, and how many show something else of this person. */
  readonly keypoints: readonly { readonly free: readonly number[]; readonly blocked: number }[];
}

/** Enters a person in front of all who are in the map already. */
export function enterPerson(
  map: InstanceMap,
  who: number,
  keypoints: readonly BodyKeypoint[],
  camera: Camera,
  seen: readonly SeenCone[],
  buffer: DepthBuffer,
): Trace {
  const { width, owner } = map;
  const { index } = buffer;
  const numbers = Uint8Array.from([
    0,
    ...seen.map(({ cone }) => 2 * who + (cone.part === PART.furniture ? 2 : 1)),
  ]);
  let [left, right, top, bottom] = [width, -1, map.height, -1];
  for (const cone of seen) {
    left = Math.min(left, cone.left);
    right = Math.max(right, cone.right);
    top = Math.min(top, cone.top);
    bottom = Math.max(bottom, cone.bottom);
  }
  const extent = { left: width, right: -1, top: map.height, bottom: -1 };
  let count = 0;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const number = numbers[index[y * width + x]!]!;
      if (number === 0) continue;
      owner[y * width + x] = number;
      if ((number & 1) === 0) continue;
      if (x < extent.left) extent.left = x;
      if (x > extent.right) extent.right = x;
      if (y < extent.top) extent.top = y;
      extent.bottom = y;
      count++;
    }
  }
  return {
    box: boxOf(extent.left, extent.right, extent.top, extent.bottom),
    count,
    keypoints: keypoints.map((keypoint) => {
      const nearest = nearestOf(keypoint, camera);
      const free: number[] = [];
      let blocked = 0;
      for (const at of nearSamples(keypoint, camera, buffer)) {
        if (index[at] === 0) continue;
        if (isFree(keypoint, nearest, at, seen, buffer)) free.push(at);
        else blocked++;
      }
      return { free, blocked };
    }),
  };
}

/** What is left of a person behind those in front and behind `mask` [height, width of the picture]. */
export function readPerson(
  map: InstanceMap,
  who: number,
  trace: Trace,
  mask: Float32Array,
): { readonly seen: readonly boolean[]; readonly count: number } {
  const { width, owner } = map;
  const own = 2 * who + 1;
  const shows = (at: number): boolean => {
    const row = Math.floor(at / width);
    const column = at - row * width;
    return owner[at] === own && mask[(row >> 1) * (width >> 1) + (column >> 1)]! < 0.5;
  };
  const { x, y } = trace.box;
  const right = Math.min(width - 1, Math.ceil((x + trace.box.width + 1) * SAMPLES));
  const bottom = Math.min(map.height - 1, Math.ceil((y + trace.box.height + 1) * SAMPLES));
  let count = 0;
  for (let row = Math.floor(y * SAMPLES); row <= bottom; row++) {
    for (let column = Math.floor(x * SAMPLES); column <= right; column++) {
      if (shows(row * width + column)) count++;
    }
  }
  const seen = trace.keypoints.map(({ free, blocked }) => {
    const left = free.filter(shows).length;
    return left > free.length - left + blocked;
  });
  return { seen, count };
}

/** Image pixels of a keypoint. */
export function placeOf(keypoint: BodyKeypoint, camera: Camera): { x: number; y: number } {
  const { x, y } = project(camera, keypoint.point);
  return { x, y };
}
