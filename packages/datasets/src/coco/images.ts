import type { CocoImage } from '../types.js';
import { isObject, type Report, show, wholeNumber } from './report.js';

/** Reads `images`: those whose id, name and size are usable, by id. */
export function readImages(values: readonly unknown[], report: Report): Map<number, CocoImage> {
  const images = new Map<number, CocoImage>();
  values.forEach((value, i) => {
    const path = `images[${i}]`;
    if (!isObject(value)) {
      report.error('WRONG_TYPE', path, `expected an object, got ${show(value)}`);
      return;
    }
    const id = wholeNumber(value, 'id', path, report);
    const width = wholeNumber(value, 'width', path, report);
    const height = wholeNumber(value, 'height', path, report);
    const name = value.file_name;
    if (name === undefined) report.error('MISSING_FIELD', path, "has no 'file_name'");
    else if (typeof name !== 'string' || name === '') {
      report.error('WRONG_TYPE', `${path}.file_name`, `expected a name, got ${show(name)}`);
    }
    if (typeof name !== 'string' || name === '') return;
    if (id === undefined || width === undefined || height === undefined) return;
    if (images.has(id)) {
      report.error('DUPLICATE_ID', path, `id ${id} was used before`);
    } else if (width < 1 || height < 1) {
      report.error('WRONG_TYPE', path, `expected a size above 0, got ${width} x ${height}`);
    } else images.set(id, { id, file_name: name, width, height });
  });
  return images;
}
