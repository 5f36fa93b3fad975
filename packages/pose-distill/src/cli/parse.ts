import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseShare, parseSource } from '@pose-distill/datasets/node';
import { InvalidArgumentError } from 'commander';

/** HEIGHTxWIDTH, as in 256x192. */
export function parseSize(text: string): { height: number; width: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected HEIGHTxWIDTH, for example 256x192.');
  return { height: Number(match[1]), width: Number(match[2]) };
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number.');
  return value;
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new InvalidArgumentError('expected a whole number from 1 up.');
  return Number(text);
}

export function parseSeed(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number from 0 up.');
  return Number(text);
}

/** A recipe's name, the URL of a plan module, or its file, which becomes a URL so that it means the same from anywhere. */
export function parseRecipe(text: string): string {
  const isFile = /\.m?js$/.test(text) && !/^(file|https?|data|node):/.test(text);
  return isFile ? pathToFileURL(resolve(text)).href : text;
}

/** A data set's short name, `coco:DIR` or `synthetic`. */
export const parseDataName = (text: string): string => checkedBy(parseSource, text);

/** `i/n`, counted from 0. */
export const parseShareName = (text: string): string => checkedBy(parseShare, text);

function checkedBy(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
