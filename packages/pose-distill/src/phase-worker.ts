import { parentPort, workerData } from 'node:worker_threads';
import type { Phase, PhaseMessage } from './node/phase.js';
import { toPlainError } from './node/plain-error.js';
import { runTraining } from './node/run.js';

const port = parentPort!;
const stop = new AbortController();
port.on('message', () => stop.abort());
const say = (message: PhaseMessage): void => port.postMessage(message);

try {
  const { interrupted, results, verdict } = await runTraining({
    ...(workerData as Phase),
    signal: stop.signal,
    log: (event) => say({ type: 'event', event }),
  });
  say({
    type: 'done',
    result: {
      interrupted,
      ...(results && { results }),
      ...(verdict && { verdict }),
    },
  });
} catch (thrown) {
  say({ type: 'failed', error: toPlainError(thrown) });
} finally {
  port.close();
}
