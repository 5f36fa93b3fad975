import { readdirSync, readFileSync } from 'node:fs';
import { chmod, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasReferenceData, referencePath } from '@pose-distill/internal-testing';
import { afterEach, describe, expect, it } from 'vitest';
import { annotations, type TestFolder, temporaryFolder } from '../../test/coco-folder.js';
import { checkCocoKeypoints } from '../coco/parse.js';
import { viewTable } from '../coco/table-view.js';
import { openCocoIndex } from './coco-index.js';
import { streamCoco } from './coco-stream.js';
import { openDataset } from './open.js';

const folders: TestFolder[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});
async function write(text: string | object): Promise<{ file: string; folder: TestFolder }> {
  const folder = await temporaryFolder();
  folders.push(folder);
  await folder.write('a.json', typeof text === 'string' ? text : JSON.stringify(text));
  return { folder, file: join(folder.directory, 'a.json') };
}
const beside = { base: 0, index: 'beside' } as const;

describe('streamCoco', () => {
  it('reads what the parser reads, whatever the order of lists and the spacing', async () => {
    const json = JSON.parse(annotations(40));
    json.annotations[3].bbox = [1, 1, 0, 0];
    json.annotations[5].image_id = 999;
    json.annotations[7].segmentation = [
      [1, 2, 3.5, 4],
      [5, 6, 7, 8],
    ];
    json.annotations[8].segmentation = { size: [30, 40], counts: 'a]]b"\\[[{' };
    json.annotations[9].note = '"segmentation":[[1, "]]';
    json.images[2].file_name = 'ä/🙂.jpg';
    const { images, annotations: people, categories } = json;
    const parsed = checkCocoKeypoints(json);
    const text = [
      JSON.stringify({ info: {}, images, annotations: people, categories }),
      JSON.stringify({ annotations: people, categories, images }, null, 2),
      JSON.stringify({ annotations: people, images, categories }),
      JSON.stringify({ images, categories, annotations: people }),
      JSON.stringify({ images, annotations: people, categories, about: { categories: [] } }),
      JSON.stringify({ images, annotations: people, categories, about: '"categories": []}' }),
      `\uFEFF${JSON.stringify({ categories, annotations: people, licenses: [[]], images }, null, '\t')}`,
    ];
    for (const form of text) {
      const { file } = await write(form);
      const view = viewTable(await streamCoco(file, { base: 0 }));
      expect([...view.samples]).toEqual(parsed.samples);
      expect(view.problems).toEqual(parsed.problems);
      expect(view.skippedRecords).toBe(2);
      const withoutOutlines = parsed.groundTruth.annotations.map(
        ({ segmentation: _, ...rest }) => rest,
      );
      expect(view.groundTruth.annotations).toEqual(withoutOutlines);
      expect(view.groundTruth.images).toEqual(parsed.groundTruth.images);
    }
  });

  it('reports what is missing and what is not COCO', async () => {
    const { images, annotations: people, categories } = JSON.parse(annotations(1));
    for (const json of [
      { images, categories },
      { annotations: people, categories },
      { images, people },
    ]) {
      const { file } = await write(json);
      const { problems } = await streamCoco(file, { base: 0 });
      const lists = ['images', 'annotations', 'categories'].filter((name) => !(name in json));
      const missing = problems.filter(({ code }) => code === 'NOT_COCO').map(({ path }) => path);
      expect(missing).toEqual(lists);
    }
    for (const json of [{}, [], [1, 2], { images: {}, annotations: 3, categories: [] }]) {
      const { file } = await write(json);
      const table = await streamCoco(file, { base: 0 });
      expect(table.hasSkeleton).toBe(false);
      expect(table.problems.map(({ code }) => code)).toContain('NOT_COCO');
    }
  });

  it('names the byte at which a file stops being JSON', async () => {
    const { file } = await write(annotations(3).slice(0, 500));
    await expect(streamCoco(file, { base: 0 })).rejects.toMatchObject({
      code: 'BAD_ANNOTATION',
      message: expect.stringMatching(/a\.json is not JSON .*500.*Is the file whole/s),
    });
    await expect(streamCoco('/not/there.json', { base: 0 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('leaves out single records that are no JSON and counts them', async () => {
    const broken = annotations(5).replace('"id":103', '"id":1o3').replace('"area":300', '"area":,');
    const { file, folder } = await write(broken);
    const table = await streamCoco(file, { base: 0 });
    expect(table.skippedRecords).toBe(2);
    expect(table.problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'NOT_JSON annotations[0]',
      'NOT_JSON annotations[2]',
    ]);
    expect(viewTable(table).samples.map(({ id }) => id)).toEqual([102, 104, 105]);
    const source = { kind: 'coco', directory: file, onMissingImage: 'ignore' } as const;
    await expect(openDataset(source, { split: 'val' })).rejects.toThrow(/is not JSON/);
    const dataset = await openDataset({ ...source, onBadRecord: 'skip' }, { split: 'val' });
    expect([dataset.samples.length, dataset.skippedRecords]).toEqual([3, 2]);
    expect(readdirSync(folder.directory)).toEqual(['a.json']); // small: no index
  });
});

describe('openCocoIndex', () => {
  it('writes an index once and reads it from then on', async () => {
    const { file, folder } = await write(annotations(20));
    const first = await openCocoIndex(file, beside);
    expect(first.fromIndex).toBe(false);
    expect(readdirSync(folder.directory)).toEqual(['a.json', 'a.json.index']);
    const second = await openCocoIndex(file, beside);
    expect(second.fromIndex).toBe(true);
    expect(second.table).toEqual(first.table);
    expect((await openCocoIndex(file, { ...beside, base: 1 })).fromIndex).toBe(false);
  });

  it('reads the file again when size, time or bytes are others', async () => {
    const { file } = await write(annotations(20));
    await openCocoIndex(file, beside);
    const { mtime, size } = await stat(file);
    // Same size, same time, other bytes.
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"id":101', '"id":901'));
    await utimes(file, mtime, mtime);
    expect((await stat(file)).size).toBe(size);
    const changed = await openCocoIndex(file, beside);
    expect(changed.fromIndex).toBe(false);
    expect(viewTable(changed.table).samples[0]!.id).toBe(901);
    expect((await openCocoIndex(file, beside)).fromIndex).toBe(true);
    await utimes(file, new Date(0), new Date(0));
    expect((await openCocoIndex(file, beside)).fromIndex).toBe(false);
  });

  it('takes no damaged index, and writes a new one', async () => {
    const { file } = await write(annotations(20));
    await openCocoIndex(file, beside);
    const bytes = readFileSync(`${file}.index`);
    const damage: [string, Buffer][] = [
      ['empty', Buffer.alloc(0)],
      ['cut', bytes.subarray(0, bytes.length - 9)],
      ['changed', Buffer.from(bytes).fill(7, 900, 901)],
      ['another file', Buffer.from('{"images": []}')],
      [
        'another version',
        Buffer.concat([Buffer.from('pose-distill index 0\n'), bytes.subarray(21)]),
      ],
    ];
    for (const [, content] of damage) {
      await writeFile(`${file}.index`, content);
      expect((await openCocoIndex(file, beside)).fromIndex).toBe(false);
      expect((await openCocoIndex(file, beside)).fromIndex).toBe(true);
    }
  });

  it('keeps the index in another folder, or nowhere', async () => {
    const { file, folder } = await write(annotations(5));
    const cache = join(folder.directory, 'cache', 'deep');
    const options = { base: 0, index: { directory: cache } } as const;
    expect((await openCocoIndex(file, options)).fromIndex).toBe(false);
    expect((await openCocoIndex(file, options)).fromIndex).toBe(true);
    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^a\.json\.[0-9a-f]{12}\.index$/)]);
    expect((await openCocoIndex(file, { base: 0, index: 'none' })).fromIndex).toBe(false);
    expect((await openCocoIndex(file, { base: 0 })).fromIndex).toBe(false);
    expect(readdirSync(folder.directory)).toEqual(['a.json', 'cache']);
  });

  it('goes on without an index where none can be written', async () => {
    const { file, folder } = await write(annotations(5));
    await folder.write('wall', 'a file where a folder should be');
    const options = { base: 0, index: { directory: join(folder.directory, 'wall') } } as const;
    expect((await openCocoIndex(file, options)).table.columns.ids).toHaveLength(5);
    expect((await openCocoIndex(file, options)).fromIndex).toBe(false);
    await chmod(folder.directory, 0o500);
    try {
      expect((await openCocoIndex(file, beside)).table.columns.ids).toHaveLength(5);
    } finally {
      await chmod(folder.directory, 0o700);
    }
    expect(readdirSync(folder.directory).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe.skipIf(!hasReferenceData('coco'))('COCO val2017', () => {
  it('is the same in columns, from the file and from its index', async () => {
    const path = referencePath('coco', 'person_keypoints_val2017_538.json');
    const folder = await temporaryFolder();
    folders.push(folder);
    const options = { split: 'val', onMissingImage: 'ignore' } as const;
    const whole = await openDataset(`coco:${path}`, options);
    const strip = whole.groundTruth().annotations.map(({ segmentation: _, ...rest }) => rest);
    expect(whole.groundTruth().annotations.filter((a) => a.segmentation)).toHaveLength(2213);
    for (let pass = 0; pass < 2; pass++) {
      const index = { directory: folder.directory };
      const dataset = await openDataset(`coco:${path}`, { ...options, index });
      expect([...dataset.samples]).toEqual(whole.samples);
      expect(dataset.groundTruth().annotations).toEqual(strip);
      expect(dataset.groundTruth().images).toEqual(whole.groundTruth().images);
      expect(dataset.groundTruth().categories).toEqual(whole.groundTruth().categories);
      const crowd = whole.groundTruth().annotations.find((a) => a.iscrowd === 1)!;
      const record = (await dataset.readRecord!(crowd.id)) as typeof crowd;
      expect(record.segmentation).toEqual(crowd.segmentation);
      await expect(dataset.readRecord!(-1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(readdirSync(folder.directory)).toHaveLength(1);
  });
});
