import { describe, expect, it } from 'vitest';
import { canonicalKeypointName, mirroredName } from './names.js';

describe('canonicalKeypointName', () => {
  it.each([
    ['Right Shoulder', 'right_shoulder'],
    ['right-shoulder', 'right_shoulder'],
    ['rightShoulder', 'right_shoulder'],
    ['r_shoulder', 'right_shoulder'],
    ['RShoulder', 'right_shoulder'],
    ['shoulder_r', 'right_shoulder'],
    ['Left big toe', 'left_big_toe'],
    ['Upper-neck', 'upper_neck'],
    ['left', 'left'],
    ['nose', 'nose'],
    [' ', ''],
  ])('%s is %s', (name, canonical) => {
    expect(canonicalKeypointName(name)).toBe(canonical);
    expect(canonicalKeypointName(canonical)).toBe(canonical);
  });

  it('mirrors names that have a side', () => {
    expect(mirroredName('left_big_toe')).toBe('right_big_toe');
    expect(mirroredName('nose')).toBeUndefined();
    expect(mirroredName('left')).toBeUndefined();
  });
});
