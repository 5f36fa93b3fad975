import type { Box, Size } from '@pose-distill/heatmap-decode';
import { renderFigure } from './figures/index.js';
import type { PoseSample, RgbImage, SharedFigures } from './types.js';

/** Keypoints (34), visibility (17), box (4), area. */
const KEYPOINTS = 17;
const VISIBILITY_AT = 2 * KEYPOINTS;
const BOX_AT = VISIBILITY_AT + KEYPOINTS;
const AREA_AT = BOX_AT + 4;
const FIELDS = AREA_AT + 1;

const NOT_DRAWN = 0;
const ANNOTATED = 1;
const KEPT = 2;

export interface FigureStoreOptions {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  readonly size: Size;
  readonly cacheBytes: number;
}

/**
 * Reserves the memory of a run of figures: shared between threads where the platform allows it, so that a figure is
 * drawn once for all of them. Pages are taken from the system only as figures are drawn.
 */
export function createFigureStore(options: FigureStoreOptions): SharedFigures {
  const { seed, first, count, size, cacheBytes } = options;
  const pixelBytes = size.width * size.height * 3;
  const kept = Math.min(count, Math.floor(cacheBytes / pixelBytes));
  return {
    seed,
    first,
    count,
    size,
    states: new Int32Array(sharedBuffer(count * 4)),
    annotations: new Float64Array(sharedBuffer(count * FIELDS * 8)),
    pixels: new Uint8Array(sharedBuffer(kept * pixelBytes)),
  };
}

/** The samples of a store and the pixels behind them; several threads may open one store. */
export function openFigures(figures: SharedFigures): {
  readonly samples: readonly PoseSample[];
  readonly readImage: (sample: PoseSample) => RgbImage;
} {
  const samples = Array.from({ length: figures.count }, (_, i) => new FigureSample(figures, i));
  return { samples, readImage: (sample) => readPixels(figures, sample.id - 1) };
}

/** A sample that is drawn when its annotation is first asked for. */
class FigureSample implements PoseSample {
  readonly id: number;
  readonly imageId: number;
  readonly file: string;
  readonly #figures: SharedFigures;
  readonly #index: number;

  constructor(figures: SharedFigures, index: number) {
    this.#figures = figures;
    this.#index = index;
    this.id = index + 1;
    this.imageId = index + 1;
    this.file = `${String(index + 1).padStart(8, '0')}.png`;
  }

  get imageSize(): Size {
    return this.#figures.size;
  }

  get keypoints(): Float32Array {
    return Float32Array.from(this.#fields(0, VISIBILITY_AT));
  }

  get visibility(): Uint8Array {
    return Uint8Array.from(this.#fields(VISIBILITY_AT, BOX_AT));
  }

  get box(): Box {
    const [x, y, width, height] = this.#fields(BOX_AT, AREA_AT);
    return { x: x!, y: y!, width: width!, height: height! };
  }

  get area(): number {
    return this.#fields(AREA_AT, FIELDS)[0]!;
  }

  #fields(from: number, to: number): Float64Array {
    const { states, annotations } = this.#figures;
    if (Atomics.load(states, this.#index) === NOT_DRAWN) draw(this.#figures, this.#index);
    const start = this.#index * FIELDS;
    return annotations.subarray(start + from, start + to);
  }
}

function readPixels(figures: SharedFigures, index: number): RgbImage {
  const { states, size } = figures;
  if (Atomics.load(states, index) !== KEPT) return draw(figures, index);
  return { data: pixelsOf(figures, index), ...size };
}

/**
 * Draws a figure and keeps what fits. Two threads may draw the same one at the same time: they write the same bytes, and
 * the state is set after them.
 */
function draw(figures: SharedFigures, index: number): RgbImage {
  const { seed, first, size, states, annotations } = figures;
  const figure = renderFigure({ seed, index: first + index, size });
  const { x, y, width, height } = figure.box;
  const start = index * FIELDS;
  annotations.set(figure.keypoints, start);
  annotations.set(figure.visibility, start + VISIBILITY_AT);
  annotations.set([x, y, width, height, figure.area], start + BOX_AT);
  const place = pixelsOf(figures, index);
  if (place.length > 0) place.set(figure.image.data);
  Atomics.store(states, index, place.length > 0 ? KEPT : ANNOTATED);
  return { data: figure.image.data, ...size };
}

/** Empty when the figure's pixels are not kept. */
function pixelsOf({ pixels, size }: SharedFigures, index: number): Uint8Array {
  const length = size.width * size.height * 3;
  return pixels.subarray(index * length, (index + 1) * length);
}

function sharedBuffer(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined'
    ? new ArrayBuffer(bytes)
    : new SharedArrayBuffer(bytes);
}
