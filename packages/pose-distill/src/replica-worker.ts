import { parentPort, workerData } from 'node:worker_threads';
import { type ReplicaTask, runReplica } from './node/replica.js';

await runReplica(workerData as ReplicaTask, parentPort!);
