import { createRandom } from '@pose-distill/internal-random';
import { describe, expect, it } from 'vitest';
import { type Camera, viewFrom } from './camera.js';
import { enterPerson, openInstanceMap, readPerson, type Trace } from './instances.js';
import { bodyKeypoints, isSeen } from './keypoints.js';
import { openLayer } from './layer.js';
import { drawLight } from './light.js';
import { drawPerson, renderPerson } from './person.js';
import { openDepthBuffer } from './raster.js';

const [WIDTH, HEIGHT] = [140, 120];
const OPEN = new Float32Array(WIDTH * HEIGHT);

function cameraAt(x: number, scale = 90): Camera {
  return { view: viewFrom(20, 4, 0), target: [0, 0, 0], distance: 6, scale, x, y: 62 };
}

/** Draws people one before another. */
function draw(places: readonly (readonly [index: number, camera: Camera])[]): {
  map: ReturnType<typeof openInstanceMap>;
  traces: Trace[];
  alone: boolean[][];
} {
  const map = openInstanceMap(WIDTH, HEIGHT);
  const alone: boolean[][] = [];
  const traces = places.map(([index, camera], who) => {
    const person = drawPerson(5, index, 0);
    const buffer = openDepthBuffer(WIDTH, HEIGHT);
    const light = drawLight(createRandom(1, 'test'));
    const seen = renderPerson(person, camera, light, buffer, openLayer(WIDTH, HEIGHT));
    const keypoints = bodyKeypoints(person);
    alone.push(keypoints.map((keypoint) => isSeen(keypoint, camera, seen, buffer)));
    return enterPerson(map, who, keypoints, camera, seen, buffer);
  });
  return { map, traces, alone };
}

describe('instances', () => {
  it('see a person alone as a single figure is seen', () => {
    for (let index = 0; index < 6; index++) {
      const { map, traces, alone } = draw([[index, cameraAt(70)]]);
      const { seen, count } = readPerson(map, 0, traces[0]!, OPEN);
      expect(seen, `person ${index}`).toEqual(alone[0]);
      expect(count).toBe(traces[0]!.count);
      expect(count).toBeGreaterThan(1000);
    }
  });

  it('hide all of a person behind the same person', () => {
    for (let index = 0; index < 6; index++) {
      const { map, traces, alone } = draw([
        [index, cameraAt(70)],
        [index, cameraAt(70)],
      ]);
      const behind = readPerson(map, 0, traces[0]!, OPEN);
      expect(behind.count).toBe(0);
      expect(behind.seen).toEqual(new Array(17).fill(false));
      const before = readPerson(map, 1, traces[1]!, OPEN);
      expect(before.seen).toEqual(alone[1]);
      expect(before.count).toBe(traces[1]!.count);
    }
  });

  it('let people apart alone, and hide what is behind others', () => {
    const apart = draw([
      [1, cameraAt(30, 50)],
      [2, cameraAt(110, 50)],
    ]);
    for (const who of [0, 1]) {
      const { seen, count } = readPerson(apart.map, who, apart.traces[who]!, OPEN);
      expect(seen).toEqual(apart.alone[who]);
      expect(count).toBe(apart.traces[who]!.count);
    }
    const close = draw([
      [1, cameraAt(60)],
      [2, cameraAt(75)],
    ]);
    const { seen, count } = readPerson(close.map, 0, close.traces[0]!, OPEN);
    expect(count).toBeLessThan(0.9 * close.traces[0]!.count);
    expect(count).toBeGreaterThan(0);
    seen.forEach((now, k) => {
      if (now) expect(close.alone[0]![k]).toBe(true);
    });
    expect(seen.filter(Boolean).length).toBeLessThan(close.alone[0]!.filter(Boolean).length);
  });

  it('hide what a mask covers', () => {
    const { map, traces } = draw([[3, cameraAt(70)]]);
    const half = new Float32Array(WIDTH * HEIGHT);
    half.fill(1, 60 * WIDTH);
    const { count } = readPerson(map, 0, traces[0]!, half);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(traces[0]!.count);
    const all = readPerson(map, 0, traces[0]!, half.fill(1));
    expect(all).toEqual({ seen: new Array(17).fill(false), count: 0 });
  });
});
