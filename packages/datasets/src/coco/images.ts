import { unsafeFileName } from '../file-name.js';
import type { CocoImage } from '../types.js';
import { isObject, type Report, show, wholeNumber } from './report.js';

/** Reads one of `images`; undefined when its id, name or size cannot be used. */
export function readImage(value: unknown, path: string, report: Report): CocoImage | undefined {
  if (!isObject(value)) {
    report.error('WRONG_TYPE', path, `expected an object, got ${show(value)}`);
    return undefined;
  }
  const id = wholeNumber(value, 'id', path, report);
  const width = wholeNumber(value, 'width', path, report);
  const height = wholeNumber(value, 'height', path, report);
  const name = readName(value.file_name, path, report);
  if (name === undefined || id === undefined) return undefined;
  if (width === undefined || height === undefined) return undefined;
  if (width < 1 || height < 1) {
    report.error('WRONG_TYPE', path, `expected a size above 0, got ${width} x ${height}`);
    return undefined;
  }
  const { crowdIndex } = value;
  const crowd = typeof crowdIndex === 'number' && Number.isFinite(crowdIndex) ? { crowdIndex } : {};
  return { id, file_name: name, width, height, ...crowd };
}

function readName(name: unknown, path: string, report: Report): string | undefined {
  if (name === undefined) report.error('MISSING_FIELD', path, "has no 'file_name'");
  else if (typeof name !== 'string' || name === '') {
    report.error('WRONG_TYPE', `${path}.file_name`, `expected a name, got ${show(name)}`);
  } else {
    const reason = unsafeFileName(name);
    if (reason === undefined) return name;
    report.error('UNSAFE_PATH', `${path}.file_name`, `${show(name)} ${reason}`);
  }
  return undefined;
}
