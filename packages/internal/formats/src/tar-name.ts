/** What is wrong with an archive, and at which byte of it. */
export class TarError extends Error {
  override readonly name = 'TarError';
  readonly offset: number;
  readonly reason: string;

  constructor(reason: string, offset: number) {
    super(`${reason} (at byte ${offset})`);
    this.reason = reason;
    this.offset = offset;
  }
}

/** The name without `./`. @throws TarError for one that leads elsewhere than into a folder below */
export function safeName(name: string, offset: number): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '');
  const leadsOut = name.startsWith('/') || parts.includes('..') || /^[A-Za-z]:|[\\\0]/.test(name);
  if (leadsOut || parts.length === 0) {
    throw new TarError(`the name ${JSON.stringify(name)} leads out of a folder`, offset);
  }
  return parts.join('/');
}
