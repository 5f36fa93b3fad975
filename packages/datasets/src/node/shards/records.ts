import { readTar, TarError, type TarMember } from '@pose-distill/internal-formats';
import type { Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from '../../error.js';
import { badShard, PICTURES, parseRecord } from './form.js';
import type { ShardFile, ShardRecord } from './open.js';

/** What to do about records that cannot be used, and how many there were. */
export interface BadRecordRule {
  readonly skip: boolean;
  skipped: number;
}

/** Reads the records of one archive in their order. */
export async function* readShard(
  file: ShardFile,
  skeleton: Skeleton,
  rule: BadRecordRule,
): AsyncGenerator<ShardRecord, void, undefined> {
  try {
    for await (const [key, members] of groups(readTar(await file.open()))) {
      yield* readGroup(`${file.name}, ${key}`, members, skeleton, rule);
    }
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    const { message } = error as Error;
    const details = { file: file.name, ...(error instanceof TarError && { offset: error.offset }) };
    throw badShard(`${file.name} cannot be read: ${message}`, details, { cause: error });
  }
}

/** Members that follow each other and have one name up to the first dot. */
async function* groups(
  members: AsyncIterable<TarMember>,
): AsyncGenerator<[key: string, members: Map<string, TarMember>], void, undefined> {
  let key: string | undefined;
  let group = new Map<string, TarMember>();
  for await (const member of members) {
    const dot = member.name.indexOf('.', member.name.lastIndexOf('/') + 1);
    const stem = dot < 0 ? member.name : member.name.slice(0, dot);
    if (stem !== key && key !== undefined) {
      yield [key, group];
      group = new Map();
    }
    key = stem;
    if (dot >= 0) group.set(member.name.slice(dot + 1).toLowerCase(), member);
  }
  if (key !== undefined) yield [key, group];
}

function* readGroup(
  place: string,
  members: ReadonlyMap<string, TarMember>,
  skeleton: Skeleton,
  rule: BadRecordRule,
): Generator<ShardRecord, void, undefined> {
  let people: ReturnType<typeof parseRecord>;
  const picture = [...members].find(([extension]) => PICTURES.has(extension))?.[1];
  try {
    const json = members.get('json');
    if (!picture || !json) {
      const found = [...members.keys()].join(', ') || 'nothing';
      throw badShard(`${place}: expected a picture and a json member, found ${found}`, { place });
    }
    people = parseRecord(json.data, skeleton, `${place}.json`);
  } catch (error) {
    if (!rule.skip) throw error;
    rule.skipped++;
    return;
  }
  for (const person of people) yield { ...person, picture: picture!.data };
}

/** Mixes a stream: each record that comes takes the place of one drawn from those held, which goes on. */
export async function* shuffled<T>(
  records: AsyncIterable<T>,
  size: number,
  random: { integer(count: number): number },
): AsyncGenerator<T, void, undefined> {
  const held: T[] = [];
  for await (const record of records) {
    if (held.length < size) {
      held.push(record);
      continue;
    }
    const place = random.integer(size);
    const drawn = held[place]!;
    held[place] = record;
    yield drawn;
  }
  while (held.length > 0) {
    const place = random.integer(held.length);
    const drawn = held[place]!;
    held[place] = held.at(-1)!;
    held.pop();
    yield drawn;
  }
}
