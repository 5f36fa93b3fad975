import { describe, expect, it } from 'vitest';
import { listDroppedFiles } from './dropped-files.js';

function fileEntry(path: string): FileSystemEntry {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const file = (done: (file: File) => void): void => done(new File(['x'], name));
  return { isFile: true, isDirectory: false, fullPath: path, name, file } as never;
}

function folderEntry(
  path: string,
  children: readonly FileSystemEntry[],
  batch = 2,
): FileSystemEntry {
  const createReader = () => {
    let at = 0;
    return {
      readEntries(done: (entries: FileSystemEntry[]) => void): void {
        at += batch;
        done(children.slice(at - batch, at));
      },
    };
  };
  return { isFile: false, isDirectory: true, fullPath: path, createReader } as never;
}

function drop(entries: readonly (FileSystemEntry | File | null)[]): Pick<DataTransfer, 'items'> {
  const items = entries.map((entry) => ({
    kind: entry === null ? 'string' : 'file',
    webkitGetAsEntry: () => (entry instanceof File ? null : entry),
    getAsFile: () => (entry instanceof File ? entry : null),
  }));
  return { items: items as never };
}

describe('listDroppedFiles', () => {
  it('walks folders to the end, however many entries a reader gives at a time', async () => {
    const folder = folderEntry('/data', [
      folderEntry(
        '/data/train',
        ['1', '2', '3', '4', '5'].map((n) => fileEntry(`/data/train/${n}.jpg`)),
      ),
      fileEntry('/data/labels.json'),
      folderEntry('/data/empty', []),
    ]);
    const files = await listDroppedFiles(drop([folder, fileEntry('/note.txt')]));
    expect(files.map(({ path }) => path)).toEqual([
      ...['1', '2', '3', '4', '5'].map((n) => `data/train/${n}.jpg`),
      'data/labels.json',
      'note.txt',
    ]);
    expect(files.map(({ file }) => file.name)).toContain('3.jpg');
  });

  it('takes plain files where there are no entries, and leaves out text', async () => {
    const files = await listDroppedFiles(drop([new File(['x'], 'a.png'), null]));
    expect(files.map(({ path }) => path)).toEqual(['a.png']);
  });

  it('passes on what a reader says went wrong', async () => {
    const broken = {
      isFile: true,
      fullPath: '/a',
      file: (_: unknown, fail: (error: Error) => void) => fail(new Error('gone')),
    };
    await expect(listDroppedFiles(drop([broken as never]))).rejects.toThrow('gone');
  });
});
