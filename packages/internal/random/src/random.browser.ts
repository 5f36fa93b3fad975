import { createRandom } from './index.js';

/** Numbers of one stream, to be compared between engines. */
export default function draw(): number[] {
  const random = createRandom(123_456_789_012, 'engines', 1, 2);
  return Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? random.uniform() : random.normal()));
}
