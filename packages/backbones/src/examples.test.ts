import { expect, it } from 'vitest';
import { describe as describeStudent } from '../examples/student.js';

it('the student of the README', () => {
  expect(describeStudent()).toMatchInlineSnapshot(`
    [
      "heatmaps 64x48x17",
      "267441 parameters, 129.8 M multiply-accumulates",
      "1123620 bytes of weights",
    ]
  `);
});
