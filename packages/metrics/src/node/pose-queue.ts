import type { OksResultSink } from '../oks-results.js';

/** Holds results until the people that they are compared with are known. */
export interface PoseQueue extends OksResultSink {
  /** Gives everything held to a sink, in order. */
  drainTo(sink: OksResultSink): void;
}

const FIELDS = 5;

export function createPoseQueue(keypointCount: number): PoseQueue {
  const width = FIELDS + 2 * keypointCount;
  const pose = new Float64Array(2 * keypointCount);
  const blocks: Float64Array[] = [];
  const perBlock = 1024;
  /** Results that need a closer look, by place. */
  const odd = new Map<number, Parameters<OksResultSink['add']>[0]>();
  let used = 0;

  const queue: PoseQueue = {
    pose,
    count: 0,
    firstHasBox: false,
    add(result) {
      if (queue.count === 0)
        queue.firstHasBox = Array.isArray(result.bbox) && result.bbox.length > 0;
      odd.set(queue.count++, result);
    },
    addPose(imageId, categoryId, score, boxArea, seen) {
      if (used === blocks.length * perBlock) blocks.push(new Float64Array(width * perBlock));
      const block = blocks.at(-1)!;
      const at = (used++ % perBlock) * width;
      block[at] = imageId;
      block[at + 1] = categoryId;
      block[at + 2] = score;
      block[at + 3] = boxArea;
      block[at + 4] = Number(seen);
      block.set(pose, at + FIELDS);
      queue.count++;
    },
    drainTo(sink) {
      for (let i = 0, row = 0; i < queue.count; i++) {
        const result = odd.get(i);
        if (result) {
          sink.add(result);
          continue;
        }
        const block = blocks[Math.floor(row / perBlock)]!;
        const at = (row++ % perBlock) * width;
        sink.pose.set(block.subarray(at + FIELDS, at + width));
        sink.addPose(
          block[at]!,
          block[at + 1]!,
          block[at + 2]!,
          block[at + 3]!,
          block[at + 4] === 1,
        );
      }
      sink.firstHasBox = queue.firstHasBox;
      blocks.length = 0;
      odd.clear();
    },
  };
  return queue;
}
