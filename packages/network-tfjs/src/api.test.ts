import { expect, it } from 'vitest';
import * as api from './index.js';

it('exports what the documentation says', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "RunError",
      "applyUpdates",
      "createVariables",
      "readWeights",
      "run",
      "toTensors",
    ]
  `);
});
