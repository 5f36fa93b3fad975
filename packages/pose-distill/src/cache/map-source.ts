import type { Batch, PoseDataset } from '@pose-distill/datasets';
import type { Size } from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';

/** A teacher whose maps come with the batch instead of from a network: a cache, or a program of another kind. */
export interface MapSource {
  /** For messages: `cache runs/cache`. */
  readonly name: string;
  readonly skeleton: Skeleton;
  /** [H,W,C] of each output. */
  readonly outputs: Readonly<Record<string, readonly [number, number, number]>>;
  /** Of the images that the maps belong to. */
  readonly inputSize: Size;
  /** Maps of a batch, [B,H,W,C] each by output name. Called before each step, for each micro-batch (batch.sampleIndices, batch.transforms). */
  maps(batch: Batch): Promise<Readonly<Record<string, Float32Array>>>;
  /** Throws PoseDistillError when its maps are not of these samples in this order. */
  check?(dataset: PoseDataset): void | Promise<void>;
}
