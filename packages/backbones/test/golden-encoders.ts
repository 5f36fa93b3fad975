import { readFileSync } from 'node:fs';
import {
  encoderNames,
  type GoldenEncoder,
  type LoadedEncoder,
  loadEncoder,
} from './encoder-cases.js';

export interface EncoderCase {
  readonly name: string;
  /** Parameters and answers, read when asked for. */
  readonly load: () => LoadedEncoder;
}

/** Whole encoders with weights from a formula, and what PyTorch's modules say. */
export function encoderCases(): EncoderCase[] {
  return encoderNames.map((name) => ({
    name,
    load() {
      const path = new URL(`./golden/encoders/${name}.json`, import.meta.url);
      return loadEncoder(name, JSON.parse(readFileSync(path, 'utf8')) as GoldenEncoder);
    },
  }));
}
