import type { Random } from '@pose-distill/internal-random';
import { extentThrough, type Person, type Reach } from './person.js';
import { cameraFor, drawYaw, type SceneView, type Stand } from './scene-camera.js';

const CANDIDATES = 20;
const UNIT = { scale: 1, x: 0, y: 0 } as const;

/** Finds places for people: at `crowding` 0 nobody is before anybody, at 1 most of a person may be. */
export function placePeople(
  people: readonly Person[],
  view: SceneView,
  crowding: number,
  random: Random,
): { readonly stands: readonly Stand[]; readonly reaches: readonly Reach[] } {
  const stands: Stand[] = [];
  const reaches: Reach[] = [];
  for (const person of people) {
    const yaw = drawYaw(person, random);
    const here = extentThrough(person, cameraFor(view, person, { x: 0, z: 0, yaw }, UNIT));
    const want = crowding * random.between(0.15, 0.85);
    const wide = 0.25 + 0.3 * stands.length * (1 - 0.68 * crowding);
    // From above rows one behind another are seen apart.
    const rows = 0.6 * crowding + Math.min(1, view.pitch / 20) * (1 - crowding);
    const deep = 0.35 + 0.3 * Math.sqrt(stands.length) * (1 + 2 * rows);
    let best: Stand = { x: 0, z: 0, yaw };
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < CANDIDATES; i++) {
      const grow = 1 + 0.1 * i;
      const x = stands.length === 0 ? 0 : random.between(-wide, wide) * grow;
      const z = stands.length === 0 ? 0 : random.between(-1.3 * deep, 0.7 * deep);
      const stand: Stand = { x, z: Math.min(z, view.distance - 2.2), yaw };
      const cost = costOf(stand, person, here, people, stands, reaches, view, want);
      if (cost >= least) continue;
      least = cost;
      best = stand;
    }
    stands.push(best);
    reaches.push(extentThrough(person, cameraFor(view, person, best, UNIT)));
  }
  return { stands, reaches };
}

function costOf(
  stand: Stand,
  person: Person,
  here: Reach,
  people: readonly Person[],
  stands: readonly Stand[],
  reaches: readonly Reach[],
  view: SceneView,
  want: number,
): number {
  const reach = moved(here, view, stand);
  const room = roomOf(person);
  let most = 0;
  let cost = 0.06 * Math.abs(stand.x) + 0.02 * Math.abs(stand.z);
  let hiddenBy = 0;
  stands.forEach((other, i) => {
    const shared = overlap(reach, reaches[i]!);
    most = Math.max(most, shared / Math.min(areaOf(reach), areaOf(reaches[i]!)));
    const behind = stand.z < other.z ? reach : reaches[i]!;
    hiddenBy = Math.max(hiddenBy, shared / areaOf(behind));
    const dx = stand.x - other.x;
    const dz = stand.z - other.z;
    const gap = room + roomOf(people[i]!) - Math.sqrt(dx * dx + dz * dz);
    if (gap > 0) cost += 5 * gap;
  });
  const off = most - want;
  cost += (want === 0 ? 6 : 2) * off * off;
  // Nobody is to vanish.
  if (hiddenBy > 0.85) cost += 4 * (hiddenBy - 0.85) + 0.5;
  return cost;
}

/** An extent seen from another place on the ground, nearly. */
function moved(reach: Reach, view: SceneView, stand: Stand): Reach {
  const { base, distance } = view;
  const x = base[0] * stand.x + base[2] * stand.z;
  const y = base[3] * stand.x + base[5] * stand.z;
  const z = base[6] * stand.x + base[8] * stand.z;
  const scale = distance / Math.max(0.5, distance - z);
  return {
    left: (reach.left + x) * scale,
    right: (reach.right + x) * scale,
    bottom: (reach.bottom + y) * scale,
    top: (reach.top + y) * scale,
  };
}

/** Radius of the ground that somebody takes up. */
function roomOf({ pose }: Person): number {
  if (Math.abs(pose.lean) > 75) return 0.34;
  return pose.support === 'seat' || pose.support === 'ground' ? 0.26 : 0.16;
}

function areaOf({ left, right, bottom, top }: Reach): number {
  return (right - left) * (top - bottom);
}

/** Area that two extents share. */
export function overlap(a: Reach, b: Reach): number {
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom);
  return wide > 0 && high > 0 ? wide * high : 0;
}

/** Scale and place of the target in the picture. */
export interface SceneFrame {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** The frame that shows everybody whole, or with `cut` one whose border cuts some off; a part of each is inside. */
export function frameScene(
  reaches: readonly Reach[],
  width: number,
  height: number,
  cut: boolean,
  random: Random,
): SceneFrame {
  const all: Reach = {
    left: Math.min(...reaches.map(({ left }) => left)),
    right: Math.max(...reaches.map(({ right }) => right)),
    bottom: Math.min(...reaches.map(({ bottom }) => bottom)),
    top: Math.max(...reaches.map(({ top }) => top)),
  };
  const fit = Math.min(width / (all.right - all.left), height / (all.top - all.bottom));
  if (cut) {
    for (let zoom = 2.1; zoom > 1.05; zoom *= 0.93) {
      const scale = fit * zoom * random.between(0.9, 1.05);
      // Somebody's upper half near the middle of the picture.
      const { left, right, bottom, top } = random.pick(reaches);
      const aimX = left + (right - left) * random.between(-0.1, 1.1);
      const aimY = bottom + (top - bottom) * random.between(0.3, 0.9);
      const frame = {
        scale,
        x: width * random.between(0.3, 0.7) - 0.5 - aimX * scale,
        y: height * random.between(0.35, 0.65) - 0.5 + aimY * scale,
      };
      if (cutsSome(reaches, frame, width, height)) return frame;
    }
  }
  const scale = fit * random.between(0.78, 0.95);
  const slackX = width - (all.right - all.left) * scale;
  const slackY = height - (all.top - all.bottom) * scale;
  return {
    scale,
    x: slackX * random.between(0.25, 0.75) - 0.5 - all.left * scale,
    y: slackY * random.between(0.25, 0.75) - 0.5 + all.top * scale,
  };
}

/** Whether the border cuts somebody off, and leaves a fair part of everybody. */
function cutsSome(
  reaches: readonly Reach[],
  { scale, x, y }: SceneFrame,
  width: number,
  height: number,
): boolean {
  const picture: Reach = {
    left: (-0.5 - x) / scale,
    right: (width - 0.5 - x) / scale,
    bottom: (y - height + 0.5) / scale,
    top: (y + 0.5) / scale,
  };
  const shares = reaches.map((reach) => overlap(reach, picture) / areaOf(reach));
  return Math.min(...shares) > 0.3 && shares.some((share) => share < 0.92);
}
