import { type Warper, warpPlain } from '../warp-plain.js';
import { after, nativeWith } from './engine.js';
import { copyLines, isFramed, linesOf, partOf, pictureOf } from './part.js';

/** Copying this many bytes of the image costs about what one output pixel gains. */
const WORTH = 128;
/** Room after an array for what vector loads and stores overrun. */
const SPARE = 64;
/** What the kernel reads and writes: bytes both, bytes and floats, floats both. */
const [BYTES, MIXED, FLOATS] = [0, 1, 2];
/** Where the kernel finds the affine map, gain and offset; room before it for a position that rounding moves. */
const NUMBERS = 64;
const OUT = NUMBERS + 128;

/**
 * Copies the lines of the image that the output reaches and samples them with vectors. Plain are left: grey images, floats to bytes, a border that is not
 * black where it shows, outputs that shrink an image so much that copying it costs more than it gains.
 */
export const warpNative: Warper = (source, inverse, outputSize, row, out) => {
  const { channels, data } = source;
  const pixel = channels * data.BYTES_PER_ELEMENT;
  const part = partOf(source, inverse, outputSize);
  const lines = linesOf(part, source);
  const framed = isFramed(part, source);
  const copied = lines.count * lines.columns * pixel;
  const pixels = outputSize.width * outputSize.height;
  const fromFloats = data instanceof Float32Array;
  const mode = out instanceof Float32Array ? (fromFloats ? FLOATS : MIXED) : BYTES;
  const fits =
    channels !== 1 &&
    !(fromFloats && mode === BYTES) &&
    lines.count > 0 &&
    part.right > part.left &&
    lines.columns > 0 &&
    copied <= WORTH * pixels &&
    !(framed && row.border.some((value) => value !== 0));

  const copyAt = after(OUT, out.byteLength + SPARE);
  const frameAt = after(copyAt, copied + SPARE);
  const frame = (part.right - part.left + 1) * (part.bottom - part.top + 1) * pixel + SPARE;
  const native = fits ? nativeWith(framed ? frameAt + frame : frameAt) : undefined;
  if (!native) {
    warpPlain(source, inverse, outputSize, row, out);
    return;
  }
  const { buffer } = native.memory;
  copyLines(source, lines, buffer, copyAt);
  const picture = pictureOf(native, part, lines, pixel, copyAt, framed ? frameAt : undefined);

  const [a, b, c, d, e, f] = inverse;
  new Float64Array(buffer, NUMBERS, 6).set([a, b, c - part.left, d, e, f - part.top]);
  const unit = mode === MIXED ? 2 ** -14 : 1;
  const gain = row.gain.map((value) => value * unit);
  new Float32Array(buffer, NUMBERS + 48, 8).set([...gain, 0, ...row.offset, 0]);
  native.warp(
    mode,
    picture.at,
    picture.width,
    picture.height,
    picture.stride,
    pixel,
    NUMBERS,
    OUT,
    outputSize.width,
    outputSize.height,
  );
  out.set(
    out instanceof Float32Array
      ? new Float32Array(buffer, OUT, out.length)
      : new Uint8Array(buffer, OUT, out.length),
  );
};
