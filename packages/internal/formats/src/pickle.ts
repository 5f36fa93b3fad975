import { FormatError } from './format-error.js';

/** A value of a pickle. Dictionaries are Maps, tuples and sets are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | object;

export interface PickleRules {
  /**
   * What a class or function named in the pickle stands for: a function of ours that is called with the arguments, or
   * undefined to refuse the file.
   */
  readonly resolve: (name: string) => ((...values: PickleValue[]) => PickleValue) | undefined;
  /** The object behind an identifier that the pickle does not hold itself. */
  readonly persistent?: (id: PickleValue) => PickleValue;
}

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/**
 * Reads one pickle (protocols 0 to 5 as far as plain values, dictionaries, lists and named constructors go). Nothing named in
 * it is ever run: a name that `resolve` does not know is an error.
 *
 * @returns the value and where the pickle ends
 * @throws FormatError BAD_FORMAT, CUT_SHORT; UNSUPPORTED for names that are not known
 */
export function readPickle(
  file: Uint8Array,
  rules: PickleRules,
  start = 0,
): { value: PickleValue; end: number } {
  const machine = new PickleMachine(file, rules, start);
  return { value: machine.run(), end: machine.at };
}

class PickleMachine {
  at: number;
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #rules: PickleRules;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(file: Uint8Array, rules: PickleRules, start: number) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    this.#rules = rules;
    this.at = start;
  }

  run(): PickleValue {
    for (;;) {
      const opcode = String.fromCharCode(this.#take(1)[0]!);
      if (opcode === '.') return this.pop();
      const step = STEPS[opcode];
      if (!step)
        throw new FormatError(
          'UNSUPPORTED',
          `pickle: instruction 0x${opcode.charCodeAt(0).toString(16)} at byte ${this.at - 1} is not read; save plain dictionaries of tensors`,
          { opcode },
        );
      step(this);
    }
  }

  push(value: Slot): void {
    this.#stack.push(value);
  }
  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw bad('a value on the stack');
    return value;
  }
  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw bad('a value on the stack');
    return value;
  }
  popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw bad('a mark on the stack');
    return this.#stack.splice(mark).slice(1) as PickleValue[];
  }

  #take(bytes: number): Uint8Array {
    if (this.at + bytes > this.#file.length)
      throw new FormatError('CUT_SHORT', `pickle: cut short at byte ${this.#file.length}`);
    this.at += bytes;
    return this.#file.subarray(this.at - bytes, this.at);
  }
  unsigned(bytes: 1 | 2 | 4 | 8): number {
    return this.#take(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }
  int32(): number {
    this.#take(4);
    return this.#view.getInt32(this.at - 4, true);
  }
  /** Two's complement of any length. */
  long(bytes: number): number | bigint {
    const data = this.#take(bytes);
    const value = data.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    const signed = BigInt.asIntN(8 * bytes, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }
  float64(): number {
    this.#take(8);
    return this.#view.getFloat64(this.at - 8, false);
  }
  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#take(length));
  }
  text(length: number): string {
    return new TextDecoder().decode(this.#take(length));
  }
  line(): string {
    const end = this.#file.indexOf(10, this.at);
    if (end < 0) throw new FormatError('CUT_SHORT', 'pickle: cut short in a line of text');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  remember(key: number): void {
    this.#memo.set(key, this.top());
  }
  get memoized(): number {
    return this.#memo.size;
  }
  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw bad(`a value remembered as ${key}`);
    this.push(value);
  }

  named(module: string, name: string): void {
    const path = `${module}.${name}`;
    const known = this.#rules.resolve(path);
    if (!known)
      throw new FormatError(
        'UNSUPPORTED',
        `it names ${path}, and reading that would mean to run code, which is not done. In Python, save tensors alone: ` +
          'torch.save(model.state_dict(), file), or a safetensors file.',
        { name: path },
      );
    this.push(known);
  }
  call(): void {
    const values = this.pop();
    const callee = this.pop();
    if (typeof callee !== 'function' || !Array.isArray(values)) throw bad('a known constructor');
    this.push((callee as (...list: PickleValue[]) => PickleValue)(...values));
  }
  persistent(): void {
    if (!this.#rules.persistent) throw bad('no reference to something outside');
    this.push(this.#rules.persistent(this.pop()));
  }
  addTo(pairs: PickleValue[]): void {
    const map = this.top();
    if (!(map instanceof Map)) throw bad('a dictionary to add to');
    for (let i = 0; i + 1 < pairs.length; i += 2) map.set(pairs[i]!, pairs[i + 1]!);
  }
  append(values: PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw bad('a list to add to');
    list.push(...values);
  }
}

const tupleOf =
  (count: number) =>
  (m: PickleMachine): void => {
    const items = Array.from({ length: count }, () => m.pop()).reverse();
    m.push(items);
  };

/** What each instruction does, by its character in Python's pickletools. */
const STEPS: Readonly<Record<string, (machine: PickleMachine) => void>> = {
  '\x80': (m) => void m.unsigned(1), // PROTO
  '\x95': (m) => void m.unsigned(8), // FRAME
  '(': (m) => m.push(MARK),
  '0': (m) => void m.pop(),
  '1': (m) => void m.popToMark(),
  '2': (m) => m.push(m.top()),
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => {
    const line = m.line();
    m.push(line === '01' ? true : line === '00' ? false : Number(line));
  },
  L: (m) => m.push(Number(m.line().replace(/L$/, ''))),
  F: (m) => m.push(Number(m.line())),
  J: (m) => m.push(m.int32()),
  K: (m) => m.push(m.unsigned(1)),
  M: (m) => m.push(m.unsigned(2)),
  '\x8a': (m) => m.push(m.long(m.unsigned(1))),
  '\x8b': (m) => m.push(m.long(m.unsigned(4))),
  G: (m) => m.push(m.float64()),
  X: (m) => m.push(m.text(m.unsigned(4))),
  '\x8c': (m) => m.push(m.text(m.unsigned(1))),
  '\x8d': (m) => m.push(m.text(m.unsigned(8))),
  // Python 2's str: text for names, bytes otherwise; only names matter here.
  U: (m) => m.push(m.text(m.unsigned(1))),
  T: (m) => m.push(m.text(m.unsigned(4))),
  B: (m) => m.push(m.bytes(m.unsigned(4))),
  C: (m) => m.push(m.bytes(m.unsigned(1))),
  '\x8e': (m) => m.push(m.bytes(m.unsigned(8))),
  ')': (m) => m.push([]),
  t: (m) => m.push(m.popToMark()),
  '\x85': tupleOf(1),
  '\x86': tupleOf(2),
  '\x87': tupleOf(3),
  ']': (m) => m.push([]),
  l: (m) => m.push(m.popToMark()),
  a: (m) => m.append([m.pop()]),
  e: (m) => m.append(m.popToMark()),
  '\x8f': (m) => m.push([]), // EMPTY_SET
  '\x90': (m) => m.append(m.popToMark()), // ADDITEMS
  '}': (m) => m.push(new Map()),
  d: (m) => {
    const pairs = m.popToMark();
    m.push(new Map());
    m.addTo(pairs);
  },
  s: (m) => {
    const value = m.pop();
    const key = m.pop();
    m.addTo([key, value]);
  },
  u: (m) => m.addTo(m.popToMark()),
  p: (m) => m.remember(Number(m.line())),
  q: (m) => m.remember(m.unsigned(1)),
  r: (m) => m.remember(m.unsigned(4)),
  '\x94': (m) => m.remember(m.memoized),
  g: (m) => m.recall(Number(m.line())),
  h: (m) => m.recall(m.unsigned(1)),
  j: (m) => m.recall(m.unsigned(4)),
  c: (m) => {
    const module = m.line();
    m.named(module, m.line());
  },
  '\x93': (m) => {
    const name = m.pop();
    m.named(String(m.pop()), String(name));
  },
  R: (m) => m.call(),
  '\x81': (m) => m.call(), // NEWOBJ
  // BUILD: attributes of an object. Those of known constructors hold nothing that is read.
  b: (m) => void m.pop(),
  Q: (m) => m.persistent(),
};

function bad(expected: string): FormatError {
  return new FormatError('BAD_FORMAT', `pickle: expected ${expected}`);
}
