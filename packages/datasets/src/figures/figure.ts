import { createRandom } from '@pose-distill/internal-random';
import { coco17, type Skeleton } from '@pose-distill/skeletons';
import { type Canvas, paintBackground } from './background.js';
import { type Camera, project } from './camera.js';
import { frameShot } from './framing.js';
import { isSeen } from './keypoints.js';
import { composite, openLayer } from './layer.js';
import { drawLight, type Light } from './light.js';
import { measurePerson } from './measure.js';
import { paintOccluder } from './occluder.js';
import { drawPerson, renderPerson } from './person.js';
import { blurCanvas, takePhotograph } from './photograph.js';
import { openDepthBuffer } from './raster.js';
import { requireInteger } from './require.js';
import { allocate } from './scratch.js';
import { paintShadow } from './shadow.js';
import { skeletonKeypoints } from './skeleton-keypoints.js';

/** What `renderFigure` draws. */
export interface RenderFigureOptions {
  /** Names the whole series of pictures. */
  readonly seed: number;
  /** Number of the picture in the series; every picture depends on (seed, index, size) alone. */
  readonly index: number;
  /** Size of the picture in pixels. @default { width: 128, height: 160 } */
  readonly size?: { readonly width: number; readonly height: number };
  /** Whose keypoints to label; the picture is the same for all. @default coco17 */
  readonly skeleton?: Skeleton;
}

/** A drawn person with its labels, in image pixels; integer coordinates are pixel centres. */
export interface Figure {
  /** Pixels as [height, width, 3], red first. */
  readonly image: {
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
  };
  /** [K * 2] x, y of the skeleton's keypoints, those outside the picture as well. */
  readonly keypoints: Float32Array;
  /** [K] 2 seen, 1 hidden by the person or something else, 0 outside the picture. */
  readonly visibility: Uint8Array;
  /** Extent of the person within the picture, hidden parts included: left edge, top edge, size, in pixels. */
  readonly box: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** Pixels that show the person. */
  readonly area: number;
}

const DEFAULT_SIZE = { width: 128, height: 160 } as const;

/**
 * Draws a person: a posed, dressed body in a place, as a camera sees it, with COCO's 17 keypoints or another skeleton's.
 * Left and right are the person's own. The arithmetic is limited to + - * / and square roots, so pixels are equal in every engine.
 *
 * @throws DatasetError `OUT_OF_RANGE` for a seed, index or size that is not a whole number in range; `BAD_SKELETON` for a
 * keypoint that a figure does not have.
 * @example
 * const { image, keypoints, visibility } = renderFigure({ seed: 1, index: 42 });
 * image.data.length; // 128 * 160 * 3
 */
export function renderFigure(options: RenderFigureOptions): Figure {
  const { seed, index, size = DEFAULT_SIZE, skeleton = coco17 } = options;
  requireInteger('renderFigure', 'seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireInteger('renderFigure', 'index', index, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('renderFigure', 'size.width', size.width, 8, 4096);
  requireInteger('renderFigure', 'size.height', size.height, 8, 4096);
  const { width, height } = size;
  const keypointsOf = skeletonKeypoints(skeleton);
  const random = createRandom(seed, 'figure', index);
  const canvas: Canvas = { width, height, data: allocate('canvas', width * height * 3) };
  const person = drawPerson(seed, index, 0);
  const { camera, yaw, pitch } = frameShot(person, width, height, random);
  const light = drawLight(random);

  paintBackground(
    canvas,
    camera,
    pitch,
    person.floor,
    createRandom(seed, 'figure.background', index),
  );
  if (random.chance(0.1)) paintBystander(canvas, camera, light, seed, index);
  if (random.chance(0.4)) blurCanvas(canvas, (random.between(0.3, 2.2) * height) / 160);
  paintShadow(canvas, person, camera, yaw, pitch, light);

  const layer = openLayer(width, height);
  const buffer = openDepthBuffer(width, height);
  const seen = renderPerson(person, camera, light, buffer, layer);
  composite(canvas, layer);
  const mask = allocate('mask', width * height).fill(0, 0, width * height);
  if (random.chance(0.15)) paintOccluder(canvas, mask, random);

  const bodyPoints = keypointsOf(person);
  const keypoints = new Float32Array(2 * bodyPoints.length);
  const visibility = new Uint8Array(bodyPoints.length);
  bodyPoints.forEach((keypoint, k) => {
    const { x, y } = project(camera, keypoint.point);
    keypoints[2 * k] = x;
    keypoints[2 * k + 1] = y;
    const column = Math.round(x);
    const row = Math.round(y);
    if (column < 0 || row < 0 || column >= width || row >= height) return;
    const free = mask[row * width + column]! < 0.5;
    visibility[k] = free && isSeen(keypoint, camera, seen, buffer) ? 2 : 1;
  });
  const { box, area } = measurePerson(buffer, seen, mask);
  const data = takePhotograph(canvas, createRandom(seed, 'figure.photograph', index));
  return { image: { data, width, height }, keypoints, visibility, box, area };
}

/** Another person beside or behind, partly out of the picture. */
function paintBystander(
  canvas: Canvas,
  camera: Camera,
  light: Light,
  seed: number,
  index: number,
): void {
  const { width, height } = canvas;
  const random = createRandom(seed, 'figure.bystander', index);
  const person = drawPerson(seed, index, 1);
  const shot = frameShot(person, width, height, random);
  const scale = camera.scale * random.between(0.45, 0.95);
  const edge = random.chance(0.5) ? random.between(-0.12, 0.14) : random.between(0.86, 1.12);
  const layer = openLayer(width, height);
  const beside: Camera = {
    ...shot.camera,
    scale,
    x: edge * width,
    y: camera.y + random.between(-0.12, 0.05) * height,
  };
  renderPerson(person, beside, light, openDepthBuffer(width, height), layer);
  composite(canvas, layer);
}
