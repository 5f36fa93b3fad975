import { describe, expect, it } from 'vitest';
import { DecodeError, toPoses } from './index.js';

const decoded = {
  keypoints: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  scores: Float32Array.of(0.5, 1, 0.25, 0.75),
  batch: 2,
  keypointCount: 2,
};

describe('toPoses', () => {
  it('gives one object per image', () => {
    expect(toPoses(decoded)).toEqual([
      {
        score: 0.75,
        keypoints: [
          { x: 1, y: 2, score: 0.5 },
          { x: 3, y: 4, score: 1 },
        ],
      },
      {
        score: 0.5,
        keypoints: [
          { x: 5, y: 6, score: 0.25 },
          { x: 7, y: 8, score: 0.75 },
        ],
      },
    ]);
    const named = toPoses(decoded, { names: ['nose', 'tail'] });
    expect(named[1]!.keypoints[1]).toEqual({ x: 7, y: 8, score: 0.75, name: 'tail' });
  });

  it('refuses what does not fit', () => {
    expect(() => toPoses(decoded, { names: ['nose'] })).toThrow(DecodeError);
    expect(() => toPoses({ ...decoded, batch: 3 })).toThrow(DecodeError);
  });
});
