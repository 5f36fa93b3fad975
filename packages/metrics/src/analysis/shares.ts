import {
  KEYPOINT_OUTCOMES,
  type KeypointOutcome,
  type KeypointShares,
  type OutcomeShares,
  type PersonAnalysis,
} from './types.js';

/** Outcomes of all keypoints together. */
export function shareOutcomes(people: readonly PersonAnalysis[]): OutcomeShares {
  return summarise(
    people.flatMap(({ outcomes }) => outcomes),
    people.flatMap(({ similarities }) => similarities),
  );
}

/** Outcomes of each keypoint of the skeleton. */
export function shareOutcomesPerKeypoint(
  people: readonly PersonAnalysis[],
  names: readonly string[],
): KeypointShares[] {
  return names.map((name, k) => ({
    name,
    ...summarise(
      people.map(({ outcomes }) => outcomes[k]!),
      people.map(({ similarities }) => similarities[k]!),
    ),
  }));
}

function summarise(
  outcomes: readonly (KeypointOutcome | null)[],
  similarities: readonly (number | null)[],
): OutcomeShares {
  const counts = record(() => 0);
  let [keypoints, sum] = [0, 0];
  outcomes.forEach((outcome, i) => {
    if (outcome === null) return;
    keypoints++;
    counts[outcome]++;
    sum += similarities[i]!;
  });
  if (keypoints === 0) return { keypoints, counts, shares: null, meanSimilarity: null };
  const shares = record((outcome) => counts[outcome] / keypoints);
  return { keypoints, counts, shares, meanSimilarity: sum / keypoints };
}

function record(value: (outcome: KeypointOutcome) => number): Record<KeypointOutcome, number> {
  return Object.fromEntries(
    KEYPOINT_OUTCOMES.map((outcome) => [outcome, value(outcome)]),
  ) as Record<KeypointOutcome, number>;
}
