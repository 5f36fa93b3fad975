/** A numeric column that grows while a file is read. */
export interface Column<A extends Float64Array | Uint32Array | Int32Array | Uint8Array> {
  readonly length: number;
  push(value: number): void;
  pushAll(values: ArrayLike<number>): void;
  /** The values, without spare room. */
  take(): A;
}

export function createColumn<A extends Float64Array | Uint32Array | Int32Array | Uint8Array>(
  Type: new (length: number) => A,
): Column<A> {
  let values = new Type(1024);
  let length = 0;
  const reserve = (count: number): void => {
    if (length + count <= values.length) return;
    const wider = new Type(Math.max(2 * values.length, length + count));
    wider.set(values);
    values = wider;
  };
  return {
    get length() {
      return length;
    },
    push(value) {
      reserve(1);
      values[length++] = value;
    },
    pushAll(added) {
      reserve(added.length);
      for (let i = 0; i < added.length; i++) values[length++] = added[i]!;
    },
    take: () => values.slice(0, length) as A,
  };
}
