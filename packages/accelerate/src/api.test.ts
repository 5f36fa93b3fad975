import { expect, it } from 'vitest';
import * as wasm from './wasm.js';

it('the public API of /wasm', () => {
  expect(Object.keys(wasm).sort()).toEqual(['AccelerateError', 'accelerateWasm']);
});
