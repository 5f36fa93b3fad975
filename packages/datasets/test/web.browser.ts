import { coco17 } from '@pose-distill/skeletons';
import { makeSample, type PoseSample, type RgbImage, syntheticDataset } from '../src/index.js';
import { openFiles, readImage, readVideoFrame } from '../src/web.js';
import type { WebFixture } from './web-fixtures.js';

export interface WebOutcome {
  /** Of each fixture: size, and the largest difference to Node's pixels and to Node's crop, in grey levels. */
  readonly files: Record<string, { size: number[]; pixels: number; worker: number; crop: number }>;
  readonly errors: Record<string, { code?: string; message: string }>;
  /** Largest difference to what was drawn, by kind of source. */
  readonly sources: Record<string, number>;
  /** Whether memory was used again, by case. */
  readonly reused: Record<string, boolean>;
  readonly dataset: { samples: number; pixels: number };
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function difference(a: ArrayLike<number>, b: ArrayLike<number>, unit = 1): number {
  if (a.length !== b.length) return Number.MAX_VALUE;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!) * unit);
  return most;
}

/** Runs in a page; the worker it starts runs this module too and takes the other way. */
export default async function run(fixtures: readonly WebFixture[]): Promise<WebOutcome | null> {
  if (typeof document === 'undefined') {
    serve();
    return null;
  }
  const worker = new Worker('/bundle.js', { type: 'module' });
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  const files: WebOutcome['files'] = {};
  for (const fixture of fixtures) {
    const blob = new Blob([bytesOf(fixture.file)], { type: fixture.type });
    const image = await readImage(blob, fixture.reading);
    const expected = bytesOf(fixture.pixels);
    const inWorker = await ask(worker, { blob, reading: fixture.reading });
    files[fixture.name] = {
      size: [image.width, image.height],
      pixels: difference(image.data, expected),
      worker: difference(inWorker.data, image.data),
      crop: cropDifference(image, { data: expected, width: fixture.width, height: fixture.height }),
    };
  }
  worker.terminate();
  return {
    files,
    errors: await collectErrors(),
    ...(await readSources()),
    dataset: await readDataset(),
  };
}

interface Question {
  readonly blob: Blob;
  readonly reading: WebFixture['reading'];
}

function serve(): void {
  self.onmessage = async ({ data }: MessageEvent<Question>) =>
    postMessage(await readImage(data.blob, data.reading));
  postMessage('ready');
}

function ask(worker: Worker, question: Question): Promise<RgbImage> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<RgbImage>) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(question);
  });
}

/** Largest difference of two normalised crops, in grey levels. */
function cropDifference(a: RgbImage, b: RgbImage): number {
  const crop = ({ width, height, data }: RgbImage): Float32Array => {
    const sample: PoseSample = {
      id: 1,
      imageId: 1,
      file: '',
      imageSize: { width, height },
      keypoints: new Float32Array(34),
      visibility: new Uint8Array(17),
      box: { x: 0.2 * width, y: 0.1 * height, width: 0.5 * width, height: 0.7 * height },
      area: 1,
    };
    const inputSize = { width: 48, height: 64 };
    const options = { skeleton: coco17, inputSize, mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
    return makeSample({ width, height, data }, sample, options).pixels;
  };
  return difference(crop(a), crop(b), 255);
}

const QUARTERS = ['rgb(250,20,40)', 'rgb(10,200,90)', 'rgb(30,60,240)', 'rgb(128,127,4)'];

function drawQuarters(width = 64, height = 48): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d')!;
  QUARTERS.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect(((i % 2) * width) / 2, ((i >> 1) * height) / 2, width / 2, height / 2);
  });
  return canvas;
}

/** Largest difference to the four colours, away from the borders between them. */
function quartersDifference({ data, width, height }: RgbImage): number {
  let most = 0;
  QUARTERS.forEach((colour, i) => {
    const x = Math.round(width * (i % 2 ? 0.75 : 0.25));
    const y = Math.round(height * (i >> 1 ? 0.75 : 0.25));
    const at = (y * width + x) * 3;
    const expected = colour.match(/\d+/g)!.map(Number);
    most = Math.max(most, difference([...data.subarray(at, at + 3)], expected));
  });
  return most;
}

async function readSources(): Promise<Pick<WebOutcome, 'sources' | 'reused'>> {
  const canvas = drawQuarters();
  const bitmap = await createImageBitmap(canvas);
  const offscreen = new OffscreenCanvas(64, 48);
  offscreen.getContext('2d')!.drawImage(canvas, 0, 0);
  const element = new Image();
  element.src = canvas.toDataURL('image/png');
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream(30);
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  await video.play();
  // A stream has a frame when the canvas is drawn on.
  canvas.getContext('2d')!.drawImage(drawQuarters(), 0, 0);
  await shown;

  const sources: Record<string, number> = {};
  const all = {
    canvas,
    bitmap,
    offscreen,
    element,
    frame,
    video,
    imageData: canvas.getContext('2d')!.getImageData(0, 0, 64, 48),
  };
  for (const [name, source] of Object.entries(all)) {
    const image = await readImage(source);
    sources[name] = image.width === 64 && image.height === 48 ? quartersDifference(image) : 1e9;
  }
  const first = readVideoFrame(video);
  const second = readVideoFrame(video, { out: first });
  sources.videoAgain = quartersDifference(second);
  const larger = await readImage(drawQuarters(80, 60), { out: second });
  sources.larger = quartersDifference(larger);
  // The canvas that serves all is the same for a picture that lets the last one shine through.
  const clear = document.createElement('canvas');
  Object.assign(clear, { width: 80, height: 60 });
  sources.cleared = Math.max(...(await readImage(clear)).data);
  frame.close();
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
  return {
    sources,
    reused: { sameSize: second.data === first.data, otherSize: larger.data === second.data },
  };
}

async function toPng(canvas: HTMLCanvasElement, share: number): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  return blob!.slice(0, Math.floor(share * blob!.size));
}

async function collectErrors(): Promise<WebOutcome['errors']> {
  const closedBitmap = await createImageBitmap(drawQuarters());
  closedBitmap.close();
  const closedFrame = new VideoFrame(drawQuarters(), { timestamp: 0 });
  closedFrame.close();
  const broken = new Image();
  broken.src = 'data:image/png;base64,AAAA';
  const cut = drawQuarters().toDataURL('image/png').slice(22, 90);
  const jpeg = bytesOf(drawQuarters(640, 480).toDataURL('image/jpeg').slice(23));
  const halfJpeg = new File([jpeg.slice(0, jpeg.length / 2)], 'half.jpg');
  const halfPng = new File([await toPng(drawQuarters(640, 480), 0.5)], 'half.png');
  const empty = document.createElement('canvas');
  empty.width = 0;
  const cases: Record<string, () => unknown> = {
    text: () => readImage(new File(['no picture'], 'notes.txt', { type: 'text/plain' })),
    cutOff: () => readImage(new File([bytesOf(cut.slice(0, cut.length & ~3))], 'cut.png')),
    halfJpeg: () => readImage(halfJpeg),
    halfPng: () => readImage(halfPng),
    emptyFile: () => readImage(new File([], 'empty.jpg')),
    closedBitmap: () => readImage(closedBitmap),
    closedFrame: () => readVideoFrame(closedFrame),
    noVideo: () => readVideoFrame(document.createElement('video')),
    brokenElement: () => readImage(broken),
    emptyCanvas: () => readImage(empty),
    string: () => readImage('photo.jpg' as never),
    smallOut: () =>
      readImage(drawQuarters(), { out: { data: new Uint8Array(5), width: 64, height: 48 } }),
  };
  const errors: WebOutcome['errors'] = {};
  for (const [name, attempt] of Object.entries(cases)) {
    try {
      await attempt();
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      errors[name] = code === undefined ? { message } : { code, message };
    }
  }
  return errors;
}

/** Figures as PNG files with their annotations, opened as a page would, against the figures themselves. */
async function readDataset(): Promise<WebOutcome['dataset']> {
  const figures = syntheticDataset({ kind: 'synthetic', count: 3, people: 2, seed: 6 }, 'train');
  const files = new Map<string, File>();
  for (const sample of figures.samples) {
    const { data, width, height } = await figures.readImage(sample);
    const canvas = new OffscreenCanvas(width, height);
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++)
      image.data.set([...data.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    canvas.getContext('2d')!.putImageData(image, 0, 0);
    files.set(sample.file, new File([await canvas.convertToBlob()], sample.file));
  }
  const labels = new File([JSON.stringify(figures.groundTruth())], 'labels.json');
  const dataset = await openFiles(files.values(), labels);
  let pixels = 0;
  for (const [i, sample] of dataset.samples.entries()) {
    const [read, drawn] = [
      await dataset.readImage(sample),
      await figures.readImage(figures.samples[i]!),
    ];
    pixels = Math.max(pixels, difference(read.data, drawn.data));
  }
  return { samples: dataset.samples.length, pixels };
}
