import type { Box, Size } from '@pose-distill/heatmap-decode';
import { createRandom } from '@pose-distill/internal-random';
import { coco17, type Skeleton } from '@pose-distill/skeletons';
import type { RgbImage } from '../types.js';
import { type Canvas, paintBackground } from './background.js';
import { crowdIndex } from './crowd-index.js';
import { enterPerson, MOST_PEOPLE, openInstanceMap, placeOf, readPerson } from './instances.js';
import { composite, openLayer } from './layer.js';
import { drawLight } from './light.js';
import { type Motion, smear, smearLayer } from './motion.js';
import { paintOccluder } from './occluder.js';
import { drawPerson, renderPerson } from './person.js';
import { blurCanvas, takePhotograph } from './photograph.js';
import { openDepthBuffer, SAMPLES } from './raster.js';
import { requireInteger, requireShare } from './require.js';
import { IDENTITY } from './rotation.js';
import { cameraFor, drawView, seenFrom, TARGET_HEIGHT } from './scene-camera.js';
import { frameScene, placePeople } from './scene-layout.js';
import { allocate } from './scratch.js';
import { paintShadow } from './shadow.js';
import { skeletonKeypoints } from './skeleton-keypoints.js';
import { cosine, sine } from './trigonometry.js';

/** Several people and how they are seen; what `renderScene` draws and a synthetic data set may consist of. */
export interface SceneSettings {
  /** People in a picture: a number, or each number between two with the same chance. 1..100. @default 3 */
  readonly people?: number | { readonly from: number; readonly to: number };
  /** How much people are before one another, 0 apart .. 1 in a heap. @default 0.3 */
  readonly crowding?: number;
  /** Share of pictures whose border cuts people off, 0..1. @default 0.15 */
  readonly truncation?: number;
  /**
   * Longest way, as a share of the picture's height, that a person moves while the shutter is open; half of the people
   * move, and in a fifth of the pictures the camera. 0..1. @default 0
   */
  readonly motionBlur?: number;
  /** Share of pictures with a thing between the camera and the people, 0..1. @default 0.15 */
  readonly occluders?: number;
}

/** What `renderScene` draws. */
export interface RenderSceneOptions extends SceneSettings {
  /** Names the whole series of pictures. */
  readonly seed: number;
  /** Number of the picture in the series; a picture depends on its options alone. */
  readonly index: number;
  /** Size of the picture in pixels. @default { width: 256, height: 192 } */
  readonly size?: Size;
  /** Whose keypoints to label; the picture is the same for all. @default coco17 */
  readonly skeleton?: Skeleton;
}

/** A person of a scene with labels in image pixels; integer coordinates are pixel centres. */
export interface ScenePerson {
  /** [K * 2] x, y of the skeleton's keypoints, those outside the picture as well. */
  readonly keypoints: Float32Array;
  /** [K] 2 seen, 1 hidden by the person, by others or by something else, 0 outside the picture. */
  readonly visibility: Uint8Array;
  /** Extent within the picture, hidden parts included: left edge, top edge, size. */
  readonly box: Box;
  /** Pixels that show the person. */
  readonly area: number;
  /** Share of the person's pixels within the picture that nothing covers, 0..1. */
  readonly shown: number;
}

/** A drawn scene. */
export interface Scene {
  readonly image: RgbImage & { readonly data: Uint8ClampedArray };
  /** The nearest first. */
  readonly people: readonly ScenePerson[];
  /** As CrowdPose defines it; see `crowdIndex`. */
  readonly crowdIndex: number;
}

/** Default size of a scene. */
export const SCENE_SIZE: Size = { width: 256, height: 192 };

/**
 * Draws several people on one ground before one camera: the near ones hide the far ones, and labels say so. Pixels and
 * labels are equal in every engine, as those of `renderFigure` are.
 *
 * @throws DatasetError `OUT_OF_RANGE` for an option out of range; `BAD_SKELETON` for a keypoint that a figure does not have.
 * @example
 * const { image, people, crowdIndex } = renderScene({ seed: 1, index: 0, people: 5, crowding: 0.6, skeleton: crowdpose14 });
 * people[0].visibility; // Uint8Array(14): 2 seen, 1 hidden, 0 outside
 */
export function renderScene(options: RenderSceneOptions): Scene {
  const { seed, index, size = SCENE_SIZE, skeleton = coco17 } = options;
  const { crowding = 0.3, truncation = 0.15, motionBlur = 0, occluders = 0.15 } = options;
  requireInteger('renderScene', 'seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireInteger('renderScene', 'index', index, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('renderScene', 'size.width', size.width, 8, 4096);
  requireInteger('renderScene', 'size.height', size.height, 8, 4096);
  checkSceneSettings(options);
  const keypointsOf = skeletonKeypoints(skeleton);
  const { width, height } = size;
  const stream = (purpose: string): ReturnType<typeof createRandom> =>
    createRandom(seed, purpose, index);

  const count = countPeople(seed, index, options);
  const people = Array.from({ length: count }, (_, i) => drawPerson(seed, index, FIRST_WHO + i));
  const layout = stream('scene.layout');
  const view = drawView(count, crowding, layout);
  const { stands, reaches } = placePeople(people, view, crowding, layout);
  const framing = stream('scene.frame');
  const cut = framing.chance(truncation);
  const frame = frameScene(reaches, width, height, cut, framing);
  const cameras = people.map((person, i) => cameraFor(view, person, stands[i]!, frame));

  const canvas: Canvas = { width, height, data: allocate('canvas', width * height * 3) };
  const { distance, pitch } = view;
  const ground = { view: IDENTITY, target: [0, 0, 0], distance, ...frame } as const;
  paintBackground(canvas, ground, pitch, -TARGET_HEIGHT, stream('scene.background'));
  const random = stream('scene');
  const light = drawLight(random);
  if (random.chance(0.35)) blurCanvas(canvas, (random.between(0.3, 1.6) * height) / 160);
  people.forEach((person, i) => {
    paintShadow(canvas, person, cameras[i]!, stands[i]!.yaw, pitch, light);
  });

  const depths = people.map((person, i) => seenFrom(view, person, stands[i]!)[2]);
  const order = people.map((_, i) => i).sort((a, b) => depths[a]! - depths[b]! || a - b);
  const map = openInstanceMap(width, height);
  const traces = order.map((who) => {
    const person = people[who]!;
    const camera = cameras[who]!;
    const layer = openLayer(width, height);
    const buffer = openDepthBuffer(width, height);
    const seen = renderPerson(person, camera, light, buffer, layer);
    const keypoints = keypointsOf(person);
    const trace = enterPerson(map, who, keypoints, camera, seen, buffer);
    if (motionBlur > 0) {
      const moves = createRandom(seed, 'scene.motion', index, who);
      if (moves.chance(0.5)) smearLayer(layer, drawMotion(moves, motionBlur * height));
    }
    composite(canvas, layer);
    return { who, trace, places: keypoints.map((keypoint) => placeOf(keypoint, camera)) };
  });

  const mask = allocate('mask', width * height).fill(0, 0, width * height);
  if (random.chance(occluders)) paintOccluder(canvas, mask, random);
  if (motionBlur > 0) {
    const shake = stream('scene.shake');
    if (shake.chance(0.2)) {
      const motion = drawMotion(shake, motionBlur * height * 0.5);
      smear(canvas.data, width, height, 3, motion);
    }
  }
  const labelled = traces.reverse().map(({ who, trace, places }): ScenePerson => {
    const { seen, count: shown } = readPerson(map, who, trace, mask);
    const keypoints = Float32Array.from(places.flatMap(({ x, y }) => [x, y]));
    const visibility = Uint8Array.from(places, ({ x, y }, k) => {
      const [column, row] = [Math.round(x), Math.round(y)];
      if (column < 0 || row < 0 || column >= width || row >= height) return 0;
      return seen[k] ? 2 : 1;
    });
    const area = shown / (SAMPLES * SAMPLES);
    const share = trace.count === 0 ? 0 : shown / trace.count;
    return { keypoints, visibility, box: trace.box, area, shown: share };
  });
  const data = takePhotograph(canvas, stream('scene.photograph'));
  return { image: { data, width, height }, people: labelled, crowdIndex: crowdIndex(labelled) };
}

/** The people of single figures are numbers 0 and 1 of a picture. */
const FIRST_WHO = 2;

/** People in a picture of a series; a function of (seed, index) and the setting alone. */
export function countPeople(seed: number, index: number, { people = 3 }: SceneSettings): number {
  if (typeof people === 'number') return people;
  const { from, to } = people;
  return from + createRandom(seed, 'scene.people', index).integer(to - from + 1);
}

/** @throws DatasetError `OUT_OF_RANGE` */
export function checkSceneSettings(settings: SceneSettings): void {
  const { people = 3, crowding = 0, truncation = 0, motionBlur = 0, occluders = 0 } = settings;
  if (typeof people === 'object' && people !== null) {
    requireInteger('renderScene', 'people.from', people.from, 1, MOST_PEOPLE);
    requireInteger('renderScene', 'people.to', people.to, people.from, MOST_PEOPLE);
  } else {
    requireInteger('renderScene', 'people', people, 1, MOST_PEOPLE);
  }
  requireShare('renderScene', 'crowding', crowding);
  requireShare('renderScene', 'truncation', truncation);
  requireShare('renderScene', 'motionBlur', motionBlur);
  requireShare('renderScene', 'occluders', occluders);
}

function drawMotion(random: ReturnType<typeof createRandom>, longest: number): Motion {
  const length = longest * random.between(0.2, 1);
  // Mostly sideways.
  const angle = random.normal() * 25 + (random.chance(0.2) ? 90 : 0);
  return { x: length * cosine(angle), y: length * sine(angle) };
}
