/**
 * Times whole training steps of the trainer (targets, forward, backward, exchange, Adam) on one thread or on several.
 *
 * node parallel-step.js '{"network":"mobile","workers":2,"steps":12}' prints one JSON line.
 */
import { buildPlan, startBackend, trainInThreads } from 'pose-distill/node';
import { createMemoryStore, train } from 'pose-distill/train';

const {
  network,
  workers = 1,
  steps = 12,
  warmup = 4,
  batch = 16,
  height = 128,
  width = 96,
  accumulate = 1,
  syncBatchNorm = false,
} = JSON.parse(process.argv[2] ?? '{}');
const reference = {
  module: new URL('parallel-plan.js', import.meta.url).href,
  options: {
    ...{ network, height, width, accumulate, syncBatchNorm },
    ...{ batchSize: batch, steps: warmup + steps },
  },
};
const plan = await buildPlan(reference);

// The values do not matter for the time.
const ramp = (count, period) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7919) % period) / period - 0.5);
const one = {
  size: batch,
  images: ramp(batch * height * width * 3, 1009),
  keypoints: ramp(batch * 17 * 2, 97).map((value) => (value + 0.5) * Math.min(width, height)),
  weights: new Float32Array(batch * 17).fill(1),
  sampleIndices: new Int32Array(batch),
  transforms: new Float64Array(batch * 6),
};

const losses = [];
let usage;
let processorStart = 0;
const processorMilliseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const options = {
  reference,
  store: createMemoryStore(),
  batches: { next: async () => one },
  clock: () => performance.now(),
  logEvery: 1,
  log: (event) => {
    if (event.type === 'loss') losses.push(event);
    if (event.type === 'loss' && event.step === warmup) processorStart = processorMilliseconds();
    if (event.type === 'end') usage = event.usage;
  },
};
if (workers > 1) await trainInThreads(plan, { ...options, workers });
else {
  await startBackend();
  await train(plan, options);
}

const times = losses.map(({ imagesPerSecond }) => (1000 * batch) / imagesPerSecond);
const all = times.reduce((sum, time) => sum + time, 0);
const share = (milliseconds) => (milliseconds === undefined ? 0 : milliseconds / all);
console.log(
  JSON.stringify({
    ...{ network, workers, batch, height, width, accumulate, syncBatchNorm },
    losses: losses.slice(0, 3).map(({ total }) => total),
    times: times.slice(warmup),
    processorMilliseconds: (processorMilliseconds() - processorStart) / steps,
    // Over the whole run, of the time of a worker.
    exchangeShare: share(usage?.exchange?.working),
    waitingShare: share(usage?.exchange?.waiting),
    ...(usage && {
      heapMebibytes: usage.heapBytes / 2 ** 20,
      peakMebibytes: usage.peakBytes / 2 ** 20,
    }),
  }),
);
