/** A file and where it lies in what was dropped: `train/0001.jpg`. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/**
 * All files of what was dropped on a page, those in folders with their paths. Call it in the `drop` event itself: the
 * browser forgets what was dropped afterwards.
 *
 * @example
 * area.addEventListener('drop', async (event) => {
 *   event.preventDefault();
 *   const files = await listDroppedFiles(event.dataTransfer);
 * });
 */
export async function listDroppedFiles(
  dropped: Pick<DataTransfer, 'items'>,
): Promise<readonly DroppedFile[]> {
  const files: DroppedFile[] = [];
  const items = Array.from(dropped.items, (item) => ({
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.kind === 'file' ? item.getAsFile() : null,
  }));
  for (const { entry, file } of items) {
    if (entry) await collect(entry, files);
    else if (file) files.push({ path: file.name, file });
  }
  return files;
}

async function collect(entry: FileSystemEntry, files: DroppedFile[]): Promise<void> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    files.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const inside of some) await collect(inside, files);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
