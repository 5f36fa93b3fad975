/**
 * A read-only array whose elements are made when first looked at, and kept. It iterates, maps and spreads as any array;
 * it cannot be posted to a thread (its elements can).
 */
export function lazyList<T>(length: number, make: (index: number) => T): readonly T[] {
  const made = new Array<T>(length);
  const ensure = (key: string | symbol): void => {
    if (typeof key !== 'string') return;
    const index = Number(key);
    if (index >= 0 && index < length && Number.isInteger(index) && !(index in made)) {
      made[index] = make(index);
    }
  };
  return new Proxy(made, {
    get(target, key) {
      ensure(key);
      return Reflect.get(target, key);
    },
    has(target, key) {
      ensure(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      ensure(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    ownKeys(target) {
      for (let index = 0; index < length; index++) ensure(String(index));
      return Reflect.ownKeys(target);
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}
