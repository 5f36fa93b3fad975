/** A COCO keypoint annotation file, as parsed from JSON; other fields are allowed and not read. */
export interface CocoKeypointFile {
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoKeypointAnnotation[];
  readonly categories: readonly CocoCategory[];
}

export interface CocoImage {
  readonly id: number;
  /** CrowdPose: how crowded the image is, from 0 on. */
  readonly crowdIndex?: number;
}

export interface CocoCategory {
  readonly id: number;
  readonly name?: string;
  /** K names, in the order of the coordinates. */
  readonly keypoints?: readonly string[];
}

/** One person. Which of the optional fields are needed is said by each function. */
export interface CocoKeypointAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  /** K times x, y (image pixels) and visibility: 0 not labelled, 1 labelled but hidden, 2 labelled and visible. */
  readonly keypoints?: readonly number[];
  /** How many keypoints are labelled. The reference evaluation reads this field, not the flags. */
  readonly num_keypoints?: number;
  /** 1 for a group of people that are not told apart. */
  readonly iscrowd?: number;
  /** Area of the person's mask in square pixels (not of the box). */
  readonly area?: number;
  /** x, y, width, height in image pixels. */
  readonly bbox?: readonly number[];
}

/** One predicted pose of a COCO keypoint result file. */
export interface CocoKeypointResult {
  readonly image_id: number;
  readonly category_id: number;
  /** K times x, y (image pixels) and a confidence. */
  readonly keypoints: readonly number[];
  /** Confidence of the whole pose; orders the results. */
  readonly score: number;
  readonly bbox?: readonly number[];
  /** Id of the annotation whose box the pose was predicted in, when known; only `evaluatePck` reads it. */
  readonly annotation_id?: number;
}
