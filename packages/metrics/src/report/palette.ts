import type { KeypointOutcome, OksCorrection } from '../analysis/index.js';

/** Colours as CSS variables, so that they follow the reader's light or dark setting. */
export const REPORT_STYLE = `
:root { --good: #3f9d6b; --jitter: #e3b341; --inversion: #4a7fd6; --swap: #9b5fc7; --miss: #d6523e; --truth: #5b6675; --other: #c2cad5; --gain: #2f6fde; }
@media (prefers-color-scheme: dark) { :root { --good: #4fb57f; --jitter: #e6bd55; --inversion: #6c9bf0; --swap: #b584dd; --miss: #ea6d5a; --truth: #9aa5b4; --other: #46505d; --gain: #6c9bf0; } }
.keypoints { display: grid; grid-template-columns: 230px 1fr; gap: 1.5rem; align-items: start } @media (max-width: 720px) { .keypoints { grid-template-columns: 1fr } }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; font-size: .9rem; max-width: 80ch } dt { font-weight: 600 } dd { margin: 0; color: var(--quiet) }
`;

export const OUTCOME_COLOURS: Readonly<Record<KeypointOutcome, string>> = {
  good: 'var(--good)',
  jitter: 'var(--jitter)',
  inversion: 'var(--inversion)',
  swap: 'var(--swap)',
  miss: 'var(--miss)',
};

export const CORRECTION_NAMES: Readonly<Record<OksCorrection, string>> = {
  miss: 'no misses',
  swap: 'no swaps',
  inversion: 'no inversions',
  jitter: 'no jitter',
  residual: 'good ones exact',
  score: 'best scores',
  falsePositives: 'no false positives',
  missedPeople: 'nobody missed',
};

/** `count` colours from blue to orange, each told from its neighbours on light and dark paper. */
export function ramp(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const share = count === 1 ? 0 : i / (count - 1);
    return `hsl(${Math.round(215 + 165 * share) % 360} 60% 52%)`;
  });
}

/** A share as the field prints it: percent with one decimal. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return 'no data';
  return (100 * value).toFixed(1);
}

/** A difference of shares, with its sign. */
export function signed(value: number | null): string {
  if (value === null) return 'no data';
  const text = (100 * value).toFixed(1);
  return value < 0 || text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
}
