import type { GradConfig } from '@tensorflow/tfjs-core';

/** A gradient of this package under a kernel name of tfjs, and what is the matter with the stock one. */
export interface ReplacedGradient {
  readonly config: GradConfig;
  readonly why: string;
}
