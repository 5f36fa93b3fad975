/** Two keypoint indices, counted from 0. */
export type KeypointPair = readonly [number, number];

/**
 * The keypoints of a pose and what is known about them. K is `keypoints.length`; all indices count from 0.
 * Skeletons are deeply frozen plain data: they survive JSON and `structuredClone`.
 */
export interface Skeleton {
  readonly name: string;
  /** K names, in the order of the coordinates. */
  readonly keypoints: readonly string[];
  /** Keypoints that change places when the picture is mirrored. */
  readonly flipPairs: readonly KeypointPair[];
  /** Keypoints to join by a line when drawing. */
  readonly limbs: readonly KeypointPair[];
  /** K falloff constants of the object keypoint similarity; larger is more forgiving. */
  readonly oksSigmas: readonly number[];
  /** Right shoulder and left hip, whose distance is PCK's torso length; absent when the skeleton lacks one of them. */
  readonly torso?: KeypointPair;
}

/** A keypoint by its name (any spelling that `canonicalKeypointName` equates) or its index from 0. */
export type KeypointReference = string | number;

/** What `defineSkeleton` takes. */
export interface SkeletonSpec {
  readonly name: string;
  readonly keypoints: readonly string[];
  /** K positive numbers. */
  readonly oksSigmas: readonly number[];
  /** @default the keypoints whose names differ by left and right only. */
  readonly flipPairs?: readonly (readonly [KeypointReference, KeypointReference])[];
  /** @default none. */
  readonly limbs?: readonly (readonly [KeypointReference, KeypointReference])[];
  /** @default right shoulder and left hip when both are named; `null` for none. */
  readonly torso?: readonly [KeypointReference, KeypointReference] | null;
}
