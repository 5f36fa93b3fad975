import { parentPort, workerData } from 'node:worker_threads';
import type { PieceTask } from './node/piece-protocol.js';
import { readPiece } from './node/read-piece.js';

// The file a worker thread starts with; imported anywhere else it does nothing.
if (parentPort) readPiece(parentPort, workerData as PieceTask);
