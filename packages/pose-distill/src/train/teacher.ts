import type { Batch, PoseDataset } from '@pose-distill/datasets';
import type { Size } from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';
import type { Model } from '../model/model.js';
import { inputSizeOf } from './predict.js';

/** What a student learns from: a trained network, or anything else that has maps for a batch. */
export type Teacher = Model | MapSource;

/** A teacher whose maps come with the batch instead of from a network: a cache, or a program of another kind. */
export interface MapSource {
  /** For messages: `cache runs/cache`. */
  readonly name: string;
  readonly skeleton: Skeleton;
  /** Of the images that the maps belong to. */
  readonly inputSize: Size;
  /** [H,W,C] of each output. */
  readonly outputs: Readonly<Record<string, MapShape>>;
  /** [B,H,W,C] of each output. Called before each step, for each micro-batch. */
  maps(batch: Batch): Promise<Readonly<Record<string, Float32Array>>>;
  /** Throws when its maps are not of these people in this order; called before the first step. */
  check?(dataset: PoseDataset): void | Promise<void>;
}

export type MapShape = readonly [height: number, width: number, channels: number];

export function isMapSource(teacher: Teacher): teacher is MapSource {
  return 'maps' in teacher;
}

/** What a plan must know of a teacher, whatever its kind. */
export function describeTeacher(
  teacher: Teacher,
): Pick<MapSource, 'skeleton' | 'inputSize' | 'outputs'> {
  if (isMapSource(teacher)) return teacher;
  return {
    skeleton: teacher.skeleton,
    inputSize: inputSizeOf(teacher),
    outputs: outputShapes(teacher.network),
  };
}

/** [H,W,C] of each output. */
export function outputShapes({ nodes, outputs }: Model['network']): Record<string, MapShape> {
  const shapes = new Map(nodes.map(({ name, shape }) => [name, shape as MapShape]));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, node]) => [name, shapes.get(node)!]),
  );
}
