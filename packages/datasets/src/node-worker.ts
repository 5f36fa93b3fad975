import { parentPort, workerData } from 'node:worker_threads';
import { serveBatches } from './node/serve.js';
import type { WorkerSetup } from './node/worker-protocol.js';

// The file a worker thread starts with; imported anywhere else it does nothing.
if (parentPort) serveBatches(parentPort, workerData as WorkerSetup);
