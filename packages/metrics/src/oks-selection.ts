import type { OksOptions } from './oks-options.js';

/** Which images and categories are evaluated. */
export interface OksSelection {
  /** Rising, each once. */
  readonly imageIds: readonly number[];
  /** Where an image stands among them. */
  readonly imagePlace: ReadonlyMap<number, number>;
  /** Images that results may speak of; undefined where it is those. */
  readonly known: ReadonlySet<number> | undefined;
  /** The axis of the tables; [-1] when categories are not told apart. */
  readonly categoryIds: readonly number[];
  /** As asked for. */
  readonly listed: readonly number[];
  readonly together: boolean;
  /** The place on the axis of a selected category, undefined for others. */
  placeOf(categoryId: number): number | undefined;
}

export function selectOks(
  images: readonly number[],
  categories: readonly number[],
  { imageIds, categoryIds, useCategories }: OksOptions,
): OksSelection {
  const chosen = uniqueSorted(imageIds ?? images);
  const together = useCategories === false;
  const listed = categoryIds ?? uniqueSorted(categories);
  const axis = uniqueSorted(listed);
  const places = new Map(axis.map((id, k) => [id, together ? 0 : k]));
  return {
    imageIds: chosen,
    imagePlace: new Map(chosen.map((id, i) => [id, i])),
    known: imageIds && new Set(images),
    categoryIds: together ? [-1] : axis,
    listed,
    together,
    placeOf: (categoryId) => places.get(categoryId),
  };
}

export function uniqueSorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
