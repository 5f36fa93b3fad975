import { createRandom, type Random } from '@pose-distill/internal-random';
import { describe, expect, it } from 'vitest';
import { type Camera, project, turnFrame, viewFrom } from './camera.js';
import { type Cone, cone } from './cone.js';
import { seeGround } from './ground.js';
import { blurCanvas } from './photograph.js';
import { drawCone, openDepthBuffer, seeCone } from './raster.js';
import type { Vector } from './rotation.js';

const SIZE = 48;
const BALLS = 1500;

/** Nearest depth of the hull over one sample, by trying many balls along the axis; null where nothing is. */
function nearest(camera: Camera, solid: Cone, x: number, y: number): number | null {
  const axes = turnFrame(camera, solid.frame);
  const from = project(camera, solid.from);
  const to = project(camera, solid.to);
  const stretch = (v: Vector): Vector => {
    const local = [0, 1, 2].map((k) => v[0] * axes[k]! + v[1] * axes[3 + k]! + v[2] * axes[6 + k]!);
    return [
      local[0]! / solid.squeeze[0],
      local[1]! / solid.squeeze[1],
      local[2]! / solid.squeeze[2],
    ];
  };
  const ray = stretch([0, 0, 1]);
  const rr = ray[0] ** 2 + ray[1] ** 2 + ray[2] ** 2;
  let best: number | null = null;
  for (let i = 0; i <= BALLS; i++) {
    const t = i / BALLS;
    const cx = (from.x + (to.x - from.x) * t + 0.5) * 2 - 0.5;
    const cy = (from.y + (to.y - from.y) * t + 0.5) * 2 - 0.5;
    const cz = (from.z + (to.z - from.z) * t) * 2;
    const radius = 2 * (solid.fromRadius * from.scale * (1 - t) + solid.toRadius * to.scale * t);
    const start = stretch([x - cx, y - cy, -cz]);
    const half = start[0] * ray[0] + start[1] * ray[1] + start[2] * ray[2];
    const square =
      half * half - rr * (start[0] ** 2 + start[1] ** 2 + start[2] ** 2 - radius * radius);
    if (square < 0) continue;
    const z = (-half + Math.sqrt(square)) / rr;
    if (best === null || z > best) best = z;
  }
  return best;
}

function drawSolid(random: Random, squeezed: boolean): Cone {
  const point = (): Vector => [
    random.between(-0.2, 0.2),
    random.between(-0.2, 0.2),
    random.between(-0.2, 0.2),
  ];
  const factor = (): number => (squeezed ? random.between(0.3, 1.5) : 1);
  const frame = viewFrom(random.between(0, 360), random.between(0, 360), random.between(0, 360));
  const from = point();
  // Some lie nearly along the view, where the radius outruns the seen axis.
  const to: Vector = random.chance(0.3)
    ? [from[0] + 0.01, from[1] - 0.02, from[2] + random.between(-0.3, 0.3)]
    : point();
  return cone(1, 0, frame, from, to, random.between(0.02, 0.2), random.between(0.02, 0.2), {
    squeeze: [factor(), factor(), factor()],
  });
}

describe('drawCone', () => {
  it.each([
    ['round', false],
    ['squeezed', true],
  ])('draws %s hulls of two balls where they are', (_, squeezed) => {
    let covered = 0;
    for (let i = 0; i < 30; i++) {
      const random = createRandom(8, 'solid', i, Number(squeezed));
      const solid = drawSolid(random, squeezed);
      const view = viewFrom(
        random.between(0, 360),
        random.between(-40, 40),
        random.between(-20, 20),
      );
      const camera: Camera = {
        view,
        target: [0, 0, 0],
        distance: 4,
        scale: 50,
        x: SIZE / 2,
        y: SIZE / 2,
      };
      const buffer = openDepthBuffer(SIZE, SIZE);
      drawCone(seeCone(camera, solid, SIZE, SIZE), 1, buffer);
      let doubtful = 0;
      for (let s = 0; s < 100; s++) {
        const x = random.integer(2 * SIZE);
        const y = random.integer(2 * SIZE);
        const expected = nearest(camera, solid, x, y);
        const at = y * 2 * SIZE + x;
        if ((buffer.index[at] === 1) !== (expected !== null)) {
          doubtful++;
          continue;
        }
        if (expected === null) continue;
        covered++;
        expect(Math.abs(buffer.depth[at]! - expected), `solid ${i} at ${x}, ${y}`).toBeLessThan(
          0.02,
        );
      }
      // Only samples that graze the outline may differ: the balls tried are finitely many.
      expect(doubtful, `solid ${i}`).toBeLessThanOrEqual(1);
    }
    expect(covered).toBeGreaterThan(200);
  });

  it('lets the nearer of two solids win, in either order', () => {
    const camera: Camera = {
      view: viewFrom(0, 0, 0),
      target: [0, 0, 0],
      distance: 5,
      scale: 40,
      x: 23.5,
      y: 23.5,
    };
    const ball = (z: number): Cone => cone(1, 0, viewFrom(0, 0, 0), [0, 0, z], [0, 0, z], 0.2, 0.2);
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const buffer = openDepthBuffer(SIZE, SIZE);
      for (const number of order)
        drawCone(seeCone(camera, ball(number === 1 ? 0.5 : -0.5), SIZE, SIZE), number, buffer);
      expect(buffer.index[SIZE * 2 * SIZE + SIZE]).toBe(1);
    }
  });
});

describe('surroundings', () => {
  it('see the floor where the camera projects it', () => {
    for (const pitch of [1, 5, 12, 40]) {
      const camera: Camera = {
        view: viewFrom(0, pitch, 0),
        target: [0, 0, 0],
        distance: 5,
        scale: 120,
        x: 64,
        y: 80,
      };
      const ground = seeGround(camera, pitch, -0.5);
      for (const z of [-2, -0.4, 0, 0.7]) {
        const row = project(camera, [0.3, -0.5, z]).y;
        expect(ground.row(z)).toBeCloseTo(row, 6);
        const seen = ground.at(row)!;
        expect(seen.z).toBeCloseTo(z, 6);
        expect(64 + 0.3 / seen.pixel).toBeCloseTo(project(camera, [0.3, -0.5, z]).x, 6);
      }
      expect(ground.at(-5000)).toBeNull();
    }
  });

  it('blur without change of brightness', () => {
    for (const radius of [0.3, 1, 2.7]) {
      const data = new Float32Array(31 * 21 * 3);
      data[(10 * 31 + 15) * 3 + 1] = 90;
      blurCanvas({ width: 31, height: 21, data }, radius);
      expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(90, 3);
      expect(data[(10 * 31 + 15) * 3 + 1]).toBeCloseTo(90 / (2 * radius + 1) ** 2, 3);
      expect(data[(10 * 31 + 15) * 3]).toBe(0);
    }
  });
});
