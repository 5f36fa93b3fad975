import type { Box, Size } from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';
import {
  countPeople,
  renderFigure,
  renderScene,
  type ScenePerson,
  type SceneSettings,
} from './figures/index.js';
import type { PoseSample, RgbImage, SharedFigures } from './types.js';

const NOT_DRAWN = 0;
const ANNOTATED = 1;
const KEPT = 2;

/** A person of a scene of whom less shows is not labelled: nobody could. */
const LEAST_SHOWN = 0.05;

export interface FigureStoreOptions {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  readonly size: Size;
  readonly cacheBytes: number;
  readonly skeleton: Skeleton;
  /** Several people a picture; without it single figures. */
  readonly scene?: SceneSettings;
}

/**
 * Reserves the memory of a run of pictures: shared between threads where the platform allows it, so that a picture is
 * drawn once for all of them. Pages are taken from the system only as pictures are drawn.
 */
export function createFigureStore(options: FigureStoreOptions): SharedFigures {
  const { cacheBytes, ...series } = options;
  const { count, size } = series;
  const pixelBytes = size.width * size.height * 3;
  const kept = Math.min(count, Math.floor(cacheBytes / pixelBytes));
  const people = firstPeople(series)[count]!;
  return {
    ...series,
    states: new Int32Array(sharedBuffer(count * 4)),
    annotations: new Float64Array(sharedBuffer(people * fieldsOf(series.skeleton).size * 8)),
    pixels: new Uint8Array(sharedBuffer(kept * pixelBytes)),
  };
}

/** The samples of a store and the pixels behind them; several threads may open one store. */
export function openFigures(figures: SharedFigures): {
  readonly samples: readonly PoseSample[];
  readonly readImage: (sample: PoseSample) => RgbImage;
} {
  const store: Store = {
    figures,
    firstPeople: firstPeople(figures),
    fields: fieldsOf(figures.skeleton),
  };
  const samples: PoseSample[] = [];
  const Sample = figures.scene ? SceneSample : FigureSample;
  for (let picture = 0; picture < figures.count; picture++) {
    const end = store.firstPeople[picture + 1]!;
    for (let i = store.firstPeople[picture]!; i < end; i++)
      samples.push(new Sample(store, picture, i));
  }
  return { samples, readImage: (sample) => readPixels(store, sample.imageId - 1) };
}

interface Store {
  readonly figures: SharedFigures;
  /** [count + 1] index of the first person of each picture. */
  readonly firstPeople: Int32Array;
  readonly fields: Fields;
}

/** Where the fields of a person begin: keypoints, visibility, box, area, crowd index of the picture. */
interface Fields {
  readonly visibility: number;
  readonly box: number;
  readonly area: number;
  readonly crowdIndex: number;
  readonly size: number;
}

function fieldsOf({ keypoints }: Skeleton): Fields {
  const count = keypoints.length;
  const box = 3 * count;
  const area = box + 4;
  return { visibility: 2 * count, box, area, crowdIndex: area + 1, size: area + 2 };
}

function firstPeople({
  seed,
  first,
  count,
  scene,
}: Pick<SharedFigures, 'seed' | 'first' | 'count' | 'scene'>): Int32Array {
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < count; i++)
    starts[i + 1] = starts[i]! + (scene ? countPeople(seed, first + i, scene) : 1);
  return starts;
}

/** A sample that is drawn when its annotation is first asked for. */
class FigureSample implements PoseSample {
  readonly id: number;
  readonly imageId: number;
  readonly file: string;
  readonly #store: Store;
  readonly #index: number;

  constructor(store: Store, picture: number, index: number) {
    this.#store = store;
    this.#index = index;
    this.id = index + 1;
    this.imageId = picture + 1;
    this.file = `${String(picture + 1).padStart(8, '0')}.png`;
  }

  get imageSize(): Size {
    return this.#store.figures.size;
  }

  get keypoints(): Float32Array {
    return Float32Array.from(this.read(0, this.#store.fields.visibility));
  }

  get visibility(): Uint8Array {
    const { visibility, box } = this.#store.fields;
    return Uint8Array.from(this.read(visibility, box));
  }

  get box(): Box {
    const { box, area } = this.#store.fields;
    const [x, y, width, height] = this.read(box, area);
    return { x: x!, y: y!, width: width!, height: height! };
  }

  get area(): number {
    const { area, crowdIndex } = this.#store.fields;
    return this.read(area, crowdIndex)[0]!;
  }

  protected get indexOfCrowd(): number {
    const { crowdIndex, size } = this.#store.fields;
    return this.read(crowdIndex, size)[0]!;
  }

  private read(from: number, to: number): Float64Array {
    const { figures, fields } = this.#store;
    if (Atomics.load(figures.states, this.imageId - 1) === NOT_DRAWN)
      draw(this.#store, this.imageId - 1);
    const start = this.#index * fields.size;
    return figures.annotations.subarray(start + from, start + to);
  }
}

/** A sample that says how crowded its picture is. */
class SceneSample extends FigureSample {
  get crowdIndex(): number {
    return this.indexOfCrowd;
  }
}

function readPixels(store: Store, picture: number): RgbImage {
  const { figures } = store;
  if (Atomics.load(figures.states, picture) !== KEPT) return draw(store, picture);
  return { data: pixelsOf(figures, picture), ...figures.size };
}

/**
 * Draws a picture and keeps what fits. Two threads may draw the same one at the same time: they write the same bytes, and
 * the state is set after them.
 */
function draw({ figures, firstPeople, fields }: Store, picture: number): RgbImage {
  const { size, states, annotations } = figures;
  const { image, people, crowdIndex } = render(figures, picture);
  people.forEach((person, i) => {
    const { x, y, width, height } = person.box;
    const start = (firstPeople[picture]! + i) * fields.size;
    annotations.set(person.keypoints, start);
    if (person.shown < LEAST_SHOWN)
      annotations.fill(0, start + fields.visibility, start + fields.box);
    else annotations.set(person.visibility, start + fields.visibility);
    const area = person.shown < LEAST_SHOWN ? Math.max(1, person.area) : person.area;
    annotations.set([x, y, width, height, area, crowdIndex], start + fields.box);
  });
  const place = pixelsOf(figures, picture);
  if (place.length > 0) place.set(image.data);
  Atomics.store(states, picture, place.length > 0 ? KEPT : ANNOTATED);
  return { data: image.data, ...size };
}

function render(
  { seed, first, size, skeleton, scene }: SharedFigures,
  picture: number,
): { image: RgbImage; people: readonly ScenePerson[]; crowdIndex: number } {
  const options = { seed, index: first + picture, size, skeleton };
  if (scene) return renderScene({ ...scene, ...options });
  const figure = renderFigure(options);
  return { image: figure.image, people: [{ ...figure, shown: 1 }], crowdIndex: 0 };
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
