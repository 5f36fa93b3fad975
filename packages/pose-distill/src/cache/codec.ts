import { readHalves, writeHalves } from '@pose-distill/internal-formats';
import { PoseDistillError } from '../errors.js';
import type { MapShape } from '../train/teacher.js';

/**
 * How a person's maps are written. `float16`: every pixel, rounded to half precision. `topk`: of each map the `count` largest values
 * and where they are; all other pixels come back as 0.
 */
export type CacheCodec =
  | { readonly kind: 'float16' }
  | { readonly kind: 'topk'; readonly count: number };

/** Writes and reads maps of one shape. */
export interface MapCoder {
  /** 16-bit words of one person's maps. */
  readonly words: number;
  /** @param maps [H,W,C], all of a magnitude below 65,520 */
  encode(maps: Float32Array, out: Uint16Array): void;
  /** @param out [H,W,C] */
  decode(words: Uint16Array, out: Float32Array): void;
}

/** Values of this magnitude and larger are infinite in half precision. */
export const TOO_LARGE_FOR_HALF = 65520;

/** @throws PoseDistillError BAD_OPTION for a count that the maps do not have */
export function createCoder(codec: CacheCodec, shape: MapShape): MapCoder {
  if (codec.kind === 'topk') return topkCoder(codec.count, shape);
  return {
    words: shape[0] * shape[1] * shape[2],
    encode: writeHalves,
    decode: readHalves,
  };
}

/** For each map the positions of its largest values, largest first, then for each map the values. */
function topkCoder(count: number, [height, width, channels]: MapShape): MapCoder {
  const pixels = height * width;
  if (pixels > 0x10000 || !Number.isInteger(count) || count < 1 || count > pixels)
    throw new PoseDistillError(
      'BAD_OPTION',
      `Codec topk takes 1 to ${Math.min(pixels, 0x10000)} values of a map of ${height}x${width}; ${count} were asked for` +
        `${pixels > 0x10000 ? ', and its maps must have at most 65,536 pixels. Use codec float16' : ''}.`,
      { count, shape: [height, width, channels] },
    );
  const places = count * channels;
  const values = new Float32Array(count);
  const positions = new Uint16Array(count);
  return {
    words: 2 * places,
    encode(maps, out) {
      for (let c = 0; c < channels; c++) {
        selectLargest(maps, c, channels, values, positions);
        out.set(positions, c * count);
        writeHalves(values, out.subarray(places + c * count, places + (c + 1) * count));
      }
    },
    decode(words, out) {
      out.fill(0);
      for (let c = 0; c < channels; c++) {
        readHalves(words.subarray(places + c * count, places + (c + 1) * count), values);
        for (let i = 0; i < count; i++) out[words[c * count + i]! * channels + c] = values[i]!;
      }
    },
  };
}

/** The largest values of one map in falling order; of equal ones the first. */
function selectLargest(
  maps: Float32Array,
  channel: number,
  channels: number,
  values: Float32Array,
  positions: Uint16Array,
): void {
  let held = 0;
  for (let at = channel, position = 0; at < maps.length; at += channels, position++) {
    const value = maps[at]!;
    if (held === values.length && !(value > values[held - 1]!)) continue;
    let i = held < values.length ? held++ : held - 1;
    for (; i > 0 && values[i - 1]! < value; i--) {
      values[i] = values[i - 1]!;
      positions[i] = positions[i - 1]!;
    }
    values[i] = value;
    positions[i] = position;
  }
}
