/**
 * Why a picture's name may not be followed below a folder, or undefined when it may: an absolute path or one that climbs out
 * with `..` would read files that are none of the data set's.
 */
export function unsafeFileName(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes('\0')) return 'has a zero byte';
  if (/^[\\/]/.test(name) || /^[A-Za-z]:/.test(name)) return 'is an absolute path';
  if (name.split(/[\\/]/).includes('..')) return "leads out of the folder with '..'";
  return undefined;
}
