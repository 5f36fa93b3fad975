/** Where evaluators of the COCO family differ. */
export interface OksRules {
  /** What stands for a person's area: the field `area` (the mask's), or 0.53 times the area of the box. */
  readonly area: 'field' | 'box';
  /** The smallest annotation id that can count as found, if ids from it on do; `nonzero` if all but 0 do. */
  readonly foundIds: 'nonzero' | 'from zero';
  /** Whether results without any confidence above 0 take part. */
  readonly dropUnseen: boolean;
  /** Whether people without `iscrowd` are single people, and an empty list of results is one that found nobody. */
  readonly lenient: boolean;
}

/** pycocotools' and, but for the area, crowdposetools'. */
export const COCO_RULES: OksRules = {
  area: 'field',
  foundIds: 'nonzero',
  dropUnseen: false,
  lenient: false,
};
