import { expect, it } from 'vitest';
import { example } from '../examples/define.js';

it('the example of the README', () => {
  expect(example()).toMatchInlineSnapshot(`
    [
      "753 parameters, 540672 multiply-accumulates",
      "image, stem.conv, stem.bn/relu, head",
      "stem.conv.weight 432, stem.conv.bias 16, head.weight 272, head.bias 17",
    ]
  `);
});
