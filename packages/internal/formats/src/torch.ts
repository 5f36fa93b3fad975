import { FormatError } from './format-error.js';
import { halfToNumber, upperHalfToFloat } from './half.js';
import { type PickleValue, readPickle } from './pickle.js';
import { isZip, readZip } from './zip.js';

/** A tensor of a checkpoint, row-major. Halves are widened to float32; integers of 64 bits become float64. */
export interface TorchFileTensor {
  /** PyTorch's name without `torch.`: `float32`, `float16`, `bfloat16`, `int64` … */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array;
}

interface StorageType {
  readonly dtype: string;
  readonly bytes: number;
  readonly values: (bytes: ArrayBuffer) => TorchFileTensor['data'];
}

const STORAGES: Readonly<Record<string, StorageType>> = {
  FloatStorage: { dtype: 'float32', bytes: 4, values: (b) => new Float32Array(b) },
  DoubleStorage: { dtype: 'float64', bytes: 8, values: (b) => new Float64Array(b) },
  HalfStorage: {
    dtype: 'float16',
    bytes: 2,
    values: (b) => Float32Array.from(new Uint16Array(b), halfToNumber),
  },
  BFloat16Storage: {
    dtype: 'bfloat16',
    bytes: 2,
    values: (b) => upperHalfToFloat(new Uint16Array(b)),
  },
  LongStorage: {
    dtype: 'int64',
    bytes: 8,
    values: (b) => Float64Array.from(new BigInt64Array(b), Number),
  },
  IntStorage: { dtype: 'int32', bytes: 4, values: (b) => new Int32Array(b) },
  ShortStorage: { dtype: 'int16', bytes: 2, values: (b) => new Int16Array(b) },
  CharStorage: { dtype: 'int8', bytes: 1, values: (b) => new Int8Array(b) },
  ByteStorage: { dtype: 'uint8', bytes: 1, values: (b) => new Uint8Array(b) },
  BoolStorage: { dtype: 'bool', bytes: 1, values: (b) => new Uint8Array(b) },
};

/** Memory that tensors are views of; filled in when the file has been read. */
class Storage {
  values: TorchFileTensor['data'] | undefined;
  constructor(
    readonly type: StorageType,
    readonly elements: number,
  ) {}
}

/** A tensor as the pickle describes it. */
class View {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Constructors whose result holds nothing that is read: numbers of metrics, settings. They are not run either. */
const INERT = new Set([
  'builtins.dict',
  'builtins.float',
  'builtins.int',
  'builtins.list',
  'collections.Counter',
  'collections.defaultdict',
  'argparse.Namespace',
  '_codecs.encode',
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray.scalar',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray.scalar',
  'numpy._core.multiarray._reconstruct',
  'torch.device',
  'torch.Size',
]);

/** A checkpoint nests a few levels and holds some thousand values; what is beyond is made to harm. */
const DEEPEST = 100;
const MOST_VALUES = 2_000_000;

/**
 * Reads every tensor of a file that `torch.save` wrote, in the zip form (PyTorch 1.6 and later) or the one before. Names are the keys
 * on the way joined by dots: `state_dict.conv1.weight`.
 *
 * The pickle in it is interpreted by a machine that knows dictionaries, lists and tensors; anything else is refused by name, nothing
 * is run. All ranges are checked before a tensor is made.
 *
 * @throws FormatError BAD_FORMAT, CUT_SHORT; UNSUPPORTED for files that hold code (a whole model, for example), sparse or quantised
 * tensors, and the tar form of 2016
 */
export function readTorch(file: Uint8Array): Record<string, TorchFileTensor> {
  const tensors: [string, TorchFileTensor][] = [];
  collect(isZip(file) ? readArchive(file) : readLegacy(file), [], tensors, { left: MOST_VALUES });
  return Object.fromEntries(tensors);
}

/** Whether a file begins as one that `torch.save` wrote. */
export function isTorch(file: Uint8Array): boolean {
  return isZip(file) || (file[0] === 0x80 && file[2] === 0x8a && file[3] === 0x0a);
}

function readArchive(file: Uint8Array): PickleValue {
  const members = readZip(file);
  const pickle = members.find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (!pickle)
    throw new FormatError(
      'UNSUPPORTED',
      `a zip archive without the data.pkl that torch.save writes; it holds ${members
        .slice(0, 3)
        .map(({ name }) => `'${name}'`)
        .join(', ')}${members.length > 3 ? ' …' : ''}`,
    );
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const byName = new Map(members.map(({ name, bytes }) => [name, bytes]));
  if (byName.has(`${folder}constants.pkl`))
    throw new FormatError(
      'UNSUPPORTED',
      'a TorchScript program, which holds code; save its state_dict() with torch.save instead',
    );
  const order = byName.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== 'little')
    throw new FormatError('UNSUPPORTED', 'a checkpoint of a big-endian machine');
  const storages = new Map<string, Storage>();
  const { value } = unpickle(pickle.bytes, 0, storages);
  for (const [key, storage] of storages) {
    const bytes = byName.get(`${folder}data/${key}`);
    if (!bytes)
      throw new FormatError('CUT_SHORT', `the archive lacks the numbers '${folder}data/${key}'`);
    fill(storage, key, bytes);
  }
  return value;
}

/** Five pickles (a magic number, a version, the machine, the value, the keys of the storages), then the numbers of each. */
function readLegacy(file: Uint8Array): PickleValue {
  if (!isTorch(file))
    throw new FormatError(
      'BAD_FORMAT',
      'neither a zip archive nor a file of torch.save: its first bytes are ' +
        Array.from(file.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' '),
    );
  const storages = new Map<string, Storage>();
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(file, at, storages);
    at = end;
    return value;
  };
  for (let header = 0; header < 3; header++) next();
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new FormatError('BAD_FORMAT', 'expected a list of storages');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (!storage) throw new FormatError('BAD_FORMAT', `storage ${String(key)} belongs to nothing`);
    if (at + 8 > file.length) throw cutShort(String(key), storage.elements, 0);
    const elements = Number(view.getBigInt64(at, true));
    if (elements !== storage.elements)
      throw new FormatError(
        'BAD_FORMAT',
        `storage ${String(key)} has ${elements} numbers, ${storage.elements} were announced`,
      );
    at += 8;
    const bytes = elements * storage.type.bytes;
    fill(storage, String(key), file.subarray(at, at + bytes));
    at += bytes;
  }
  return value;
}

function fill(storage: Storage, key: string, bytes: Uint8Array): void {
  const expected = storage.elements * storage.type.bytes;
  if (bytes.length < expected) throw cutShort(key, expected, bytes.length);
  storage.values = storage.type.values(new Uint8Array(bytes.subarray(0, expected)).buffer);
}

function unpickle(
  file: Uint8Array,
  start: number,
  storages: Map<string, Storage>,
): { value: PickleValue; end: number } {
  return readPickle(
    file,
    {
      resolve: constructorOf,
      persistent: (id) => {
        const [what, type, key, , elements] = Array.isArray(id) ? id : [];
        const made = typeof type === 'function' ? (type as () => PickleValue)() : undefined;
        if (what !== 'storage' || !isStorageType(made) || !isWhole(elements))
          throw new FormatError('BAD_FORMAT', 'a reference that is no storage of numbers');
        const name = String(key);
        const known = storages.get(name) ?? new Storage(made, elements);
        storages.set(name, known);
        return known;
      },
    },
    start,
  );
}

function constructorOf(name: string): ((...values: PickleValue[]) => PickleValue) | undefined {
  const storage = /^torch\.(\w+Storage)$/.exec(name)?.[1];
  if (storage && Object.hasOwn(STORAGES, storage)) return () => STORAGES[storage]!;
  switch (name) {
    case 'collections.OrderedDict':
      return (pairs) => new Map((pairs as [PickleValue, PickleValue][] | undefined) ?? []);
    case 'builtins.set':
    case '__builtin__.set':
      return (items) => items ?? [];
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return toView;
    case 'torch._utils._rebuild_parameter':
      return (data) => data ?? null;
    default:
      return INERT.has(name) ? () => new Map() : undefined;
  }
}

function toView(...[storage, offset, shape, strides]: PickleValue[]): View {
  const isList = (list: unknown): list is number[] => Array.isArray(list) && list.every(isWhole);
  if (!(storage instanceof Storage) || !isWhole(offset) || !isList(shape) || !isList(strides))
    throw new FormatError('BAD_FORMAT', 'a tensor whose description cannot be read');
  const elements = shape.reduce((product, n) => product * n, 1);
  const last = shape.reduce(
    (sum, n, axis) => sum + (n - 1) * (strides[axis] ?? Number.NaN),
    offset,
  );
  if (strides.length !== shape.length || (elements > 0 && !(last < storage.elements)))
    throw new FormatError(
      'BAD_FORMAT',
      `a tensor [${shape}] with strides [${strides}] from ${offset} does not lie in its ${storage.elements} numbers`,
    );
  // Strides of zero make a large tensor of few numbers.
  if (elements > storage.elements)
    throw new FormatError('UNSUPPORTED', `an expanded tensor [${shape}]; save it .contiguous()`);
  return new View(storage, offset, shape, strides);
}

/** Tensors below a value, by the keys on the way. */
function collect(
  value: PickleValue,
  path: readonly string[],
  into: [string, TorchFileTensor][],
  budget: { left: number },
): void {
  if (path.length > DEEPEST || budget.left-- === 0)
    throw new FormatError('BAD_FORMAT', 'values that contain themselves, or far too many');
  if (value instanceof View) into.push([path.join('.'), read(value)]);
  const entries =
    value instanceof Map ? value.entries() : Array.isArray(value) ? value.entries() : [];
  for (const [key, member] of entries) collect(member, [...path, String(key)], into, budget);
}

/** Copies a view out of its storage, last axis fastest. */
function read({ storage, offset, shape, strides }: View): TorchFileTensor {
  const values = storage.values!;
  const { dtype } = storage.type;
  const elements = shape.reduce((product, n) => product * n, 1);
  const dense = shape.every(
    (n, axis) =>
      n === 1 || strides[axis] === shape.slice(axis + 1).reduce((product, m) => product * m, 1),
  );
  if (dense) return { dtype, shape, data: values.slice(offset, offset + elements) };
  const data = values.slice(0, elements);
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < elements; to++) {
    data[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data };
}

const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isStorageType = (value: unknown): value is StorageType =>
  Object.values(STORAGES).includes(value as StorageType);

function cutShort(key: string, expected: number, found: number): FormatError {
  return new FormatError(
    'CUT_SHORT',
    `the file is cut short: storage ${key} needs ${expected} bytes, ${found} are there`,
    { key, expected, found },
  );
}
