import { expect, it } from 'vitest';
import { unsafeFileName } from './file-name.js';

it.each([
  'a.jpg',
  'deep/a.jpg',
  'a..b.jpg',
  '..a/b.jpg',
  'im (1).jpg',
  'é.jpg',
  'a/./b.jpg',
])('follows %s', (name) => expect(unsafeFileName(name)).toBeUndefined());

it.each([
  '',
  '/etc/passwd',
  '\\\\server\\x',
  '../a.jpg',
  'a/../../b.jpg',
  'a\\..\\b.jpg',
  '..',
  'C:\\a.jpg',
  'c:a.jpg',
  'a\0.jpg',
])('does not follow %j', (name) => expect(unsafeFileName(name)).toBeTypeOf('string'));
