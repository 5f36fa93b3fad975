import {
  type Affine,
  type Box,
  cleanBox,
  composeAffine,
  cropFromBox,
  cropTransform,
  flipAffine,
  type Size,
  transformPoints,
  warpImage,
} from '@pose-distill/heatmap-decode';
import { flipIndices, type Skeleton } from '@pose-distill/skeletons';
import {
  type Augmentation,
  type AugmentOptions,
  type AugmentRecipe,
  augmentOptions,
  drawAugmentation,
  halfBodyOptions,
  type RandomSource,
} from './augment.js';
import { changeColours } from './colour.js';
import { DatasetError } from './error.js';
import { type CropFrame, halfBodyFrame } from './half-body.js';
import type { PoseSample, RgbImage } from './types.js';

/** Mean of ImageNet's photographs, RGB in 0..1. */
export const IMAGENET_MEAN: readonly [number, number, number] = [0.485, 0.456, 0.406];
/** Standard deviation of ImageNet's photographs, RGB in 0..1. */
export const IMAGENET_DEVIATION: readonly [number, number, number] = [0.229, 0.224, 0.225];

/** How a person is cut out for a network. */
export interface CropSettings {
  /** Size of the network's input. */
  readonly inputSize: Size;
  /** The box, widened to the aspect of the input, is multiplied by this. @default 1.25 */
  readonly padding?: number;
  /** How the crop's sides map to the input's: sizes, or first and last pixel centres. @default 'classic' */
  readonly convention?: 'classic' | 'udp';
  /** `clean` clips the box to the image and to whole pixels first, as COCO training code does. @default 'annotated' */
  readonly boxes?: 'annotated' | 'clean';
  /** RGB in 0..1. @default ImageNet's */
  readonly mean?: readonly [number, number, number];
  /** RGB in 0..1. @default ImageNet's */
  readonly deviation?: readonly [number, number, number];
  /** Vary the crop: a recipe by name, or options, `{}` for their defaults. @default the plain crop */
  readonly augment?: AugmentOptions | AugmentRecipe | undefined;
}

export interface MakeSampleOptions extends CropSettings {
  /** Says which keypoints change places in a mirrored crop. */
  readonly skeleton: Skeleton;
  /** Needed with `augment`; see `sampleRandom`. */
  readonly random?: RandomSource;
  /** Where to write the pixels. @default a new array */
  readonly out?: Float32Array;
}

/** One person as a network sees it. K keypoints; h, w of the input. */
export interface TrainingSample {
  /** [h, w, 3] `(value / 255 - mean) / deviation`; black, before that, outside the image. */
  readonly pixels: Float32Array;
  /** [K*2] input pixels, integers are pixel centres; 0 where not labelled. */
  readonly keypoints: Float32Array;
  /** [K] 1 where labelled and inside the input, else 0. */
  readonly weights: Float32Array;
  /** Image pixels to input pixels. */
  readonly transform: Affine;
  readonly flipped: boolean;
}

/**
 * Cuts one person out of a picture: box, padding and all of the augmentation become one affine map and the picture is
 * sampled once (bilinear).
 *
 * The order is that of the references: half body, shift, scale and rotation about the centre, flip with left and right
 * keypoints exchanged. Colours change after the sampling.
 *
 * @throws DatasetError `SHAPE_MISMATCH` when the picture, the sample or `out` has another size than stated; `OUT_OF_RANGE`
 * for options out of range; DecodeError for sizes that are not positive.
 * @example
 * const sample = dataset.samples[0];
 * const { pixels, keypoints } = makeSample(await dataset.readImage(sample), sample, {
 *   skeleton: dataset.skeleton, inputSize: { width: 192, height: 256 },
 *   augment: {}, random: sampleRandom(seed, epoch, 0),
 * });
 */
export function makeSample(
  image: RgbImage,
  sample: PoseSample,
  options: MakeSampleOptions,
): TrainingSample {
  const { skeleton, inputSize, augment, random } = options;
  const { mean = IMAGENET_MEAN, deviation = IMAGENET_DEVIATION } = options;
  checkSizes(image, sample, options);
  if (augment && !random) {
    const message =
      'random: augmentation needs a source of random numbers, e.g. sampleRandom(seed, epoch, index).';
    throw new DatasetError('OUT_OF_RANGE', message);
  }
  const drawn = augment && random ? drawAugmentation(random, augment) : undefined;
  const { id, box, keypoints, visibility } = sample;
  const imageSize = { width: image.width, height: image.height };
  const person = { id, box, keypoints, visibility, imageSize };
  const transform = cropAffine(person, options, drawn);
  const source = { ...image, channels: 3 as const };
  const out = options.out ? { out: options.out } : {};
  const pixels = drawn?.colour
    ? warpImage(source, transform, inputSize, out)
    : warpImage(source, transform, inputSize, { ...out, mean, deviation });
  if (drawn?.colour) {
    changeColours(pixels, drawn.colour);
    normalise(pixels, mean, deviation);
  }
  const flipped = drawn?.flipped ?? false;
  const placed = placeKeypoints(person, transform, inputSize, flipped ? skeleton : undefined);
  return { pixels, ...placed, transform, flipped };
}

/**
 * The map from image pixels to input pixels of a sample's crop.
 * @param drawn variation of the crop. Half of a body is shown only if the settings name the skeleton too.
 */
export function cropAffine(
  sample: Pick<PoseSample, 'box' | 'imageSize' | 'id'> & Partial<PoseSample>,
  settings: CropSettings & { readonly skeleton?: Skeleton },
  drawn?: Augmentation,
): Affine {
  const { inputSize, convention = 'classic' } = settings;
  const whole = boxFrame(sample, settings);
  if (!drawn) return cropTransform(whole, inputSize, { convention });
  const { centre, sides, scale } = half(sample, settings, drawn) ?? whole;
  const mirrored = drawn.flipped && drawn.mirror === 'picture';
  const pictureWidth = sample.imageSize.width;
  const x = mirrored ? pictureWidth - 1 - centre.x : centre.x;
  const varied = {
    centre: { x: x + drawn.shift.x * sides.width, y: centre.y + drawn.shift.y * sides.height },
    scale: { width: scale.width * drawn.scale, height: scale.height * drawn.scale },
  };
  const affine = cropTransform(varied, inputSize, { convention, rotation: drawn.rotation });
  if (mirrored) return composeAffine(flipAffine(pictureWidth), affine);
  return drawn.flipped ? composeAffine(affine, flipAffine(inputSize.width)) : affine;
}

function boxFrame(
  sample: Pick<PoseSample, 'box' | 'imageSize' | 'id'>,
  { inputSize, padding = 1.25, boxes = 'annotated' }: CropSettings,
): CropFrame {
  const box: Box | undefined =
    boxes === 'clean' ? cleanBox(sample.box, sample.imageSize) : sample.box;
  if (!box) {
    const message = `Annotation ${sample.id}: nothing of its box is left inside the image; leave it out of the data set.`;
    throw new DatasetError('BAD_ANNOTATION', message, { id: sample.id });
  }
  const sides = { width: box.width * padding, height: box.height * padding };
  return { ...cropFromBox(box, inputSize, { padding }), sides };
}

function half(
  { keypoints, visibility }: Partial<PoseSample>,
  { inputSize, skeleton, augment }: CropSettings & { readonly skeleton?: Skeleton },
  drawn: Augmentation,
): CropFrame | undefined {
  if (!drawn.halfBody || !skeleton || !keypoints || !visibility) return undefined;
  const { halfBody = {} } = augmentOptions(augment ?? {});
  const options = halfBodyOptions(halfBody);
  return halfBodyFrame({ keypoints, visibility }, skeleton, inputSize, drawn.halfBody, options);
}

function placeKeypoints(
  { keypoints: original, visibility }: Pick<PoseSample, 'keypoints' | 'visibility'>,
  transform: Affine,
  { width, height }: Size,
  mirrored: Skeleton | undefined,
): Pick<TrainingSample, 'keypoints' | 'weights'> {
  const count = visibility.length;
  const from = mirrored && flipIndices(mirrored);
  const moved = transformPoints(original, transform);
  const keypoints = new Float32Array(2 * count);
  const weights = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const source = from ? from[k]! : k;
    if (visibility[source] === 0) continue;
    const [x, y] = [moved[2 * source]!, moved[2 * source + 1]!];
    keypoints[2 * k] = x;
    keypoints[2 * k + 1] = y;
    // A pixel reaches half a pixel to each side of its centre.
    weights[k] = x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5 ? 1 : 0;
  }
  return { keypoints, weights };
}

function normalise(
  pixels: Float32Array,
  mean: readonly [number, number, number],
  deviation: readonly [number, number, number],
): void {
  for (let i = 0; i < pixels.length; i += 3) {
    pixels[i] = (pixels[i]! - mean[0]) / deviation[0];
    pixels[i + 1] = (pixels[i + 1]! - mean[1]) / deviation[1];
    pixels[i + 2] = (pixels[i + 2]! - mean[2]) / deviation[2];
  }
}

function checkSizes(image: RgbImage, sample: PoseSample, { skeleton }: MakeSampleOptions): void {
  const { width, height } = sample.imageSize;
  const stated = width > 0 || height > 0; // 0 x 0: nobody said
  if (stated && (image.width !== width || image.height !== height)) {
    throw new DatasetError(
      'SHAPE_MISMATCH',
      `${sample.file}: the annotation file says ${width} x ${height}, the picture is ${image.width} x ${image.height}; ` +
        'its coordinates would be wrong. Correct the size, or use the pictures that were annotated.',
      { file: sample.file, stated: sample.imageSize, width: image.width, height: image.height },
    );
  }
  const count = skeleton.keypoints.length;
  if (sample.visibility.length === count && sample.keypoints.length === 2 * count) return;
  throw new DatasetError(
    'SHAPE_MISMATCH',
    `Annotation ${sample.id}: expected ${count} keypoints (skeleton ${skeleton.name}), got ` +
      `${sample.keypoints.length} coordinates and ${sample.visibility.length} visibilities.`,
    { id: sample.id },
  );
}
