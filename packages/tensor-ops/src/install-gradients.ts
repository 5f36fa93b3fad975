import * as tf from '@tensorflow/tfjs-core';
import { replacedGradients } from './gradients/index.js';
import { stockGradients } from './stock-gradients.js';

/** What `installGradients` did, and how to take it back. */
export interface InstalledGradients {
  /** Kernel names that had no gradient and have one now, sorted. */
  readonly installed: readonly string[];
  /** Kernels whose gradient is this package's own instead of tfjs's, and why. */
  readonly replaced: readonly { readonly kernel: string; readonly why: string }[];
  /** Puts the registry back as it was before; a second call does nothing. */
  undo(): void;
}

let current: InstalledGradients | undefined;

/**
 * Registers the gradients that training needs: tfjs's own where they are right (tfjs's Node build
 * registers none), and this package's where they are missing or wrong. Backends need not be loaded
 * yet: each gradient looks for its kernels when it runs, and composes what the backend lacks.
 *
 * A gradient that is registered already is kept, unless it is one of those replaced here. These stay
 * in force until `undo()`, also when another package registers tfjs's own later, as tfjs-layers does on
 * import. Calling it again changes nothing and returns the same answer.
 *
 * @example
 * installGradients();
 * tf.grad((x) => tf.square(x))(tf.scalar(3)); // 6
 */
export function installGradients(): InstalledGradients {
  if (current !== undefined) return current;
  const added = stockGradients.filter(({ kernelName }) => registered(kernelName) === undefined);
  for (const config of added) tf.registerGradient(config);
  const wins = replacedGradients.map(({ config }) => config);
  const before = new Map(wins.map(({ kernelName }) => [kernelName, registered(kernelName)]));
  for (const config of wins) put(config);
  const release = beforeDifferentiation(() => {
    for (const config of wins) {
      const now = registered(config.kernelName);
      if (now === config) continue;
      before.set(config.kernelName, now);
      put(config);
    }
  });

  const lacking = wins.filter(({ kernelName }) => before.get(kernelName) === undefined);
  const result: InstalledGradients = {
    installed: [...added, ...lacking].map(({ kernelName }) => kernelName).sort(),
    replaced: replacedGradients.map(({ config, why }) => ({ kernel: config.kernelName, why })),
    undo: () => {
      if (current !== result) return;
      current = undefined;
      release();
      // Someone may have registered another one since; that one stays.
      for (const config of [...added, ...wins]) {
        if (registered(config.kernelName) !== config) continue;
        tf.unregisterGradient(config.kernelName);
        const previous = before.get(config.kernelName);
        if (previous !== undefined) tf.registerGradient(previous);
      }
    },
  };
  current = result;
  return result;
}

function registered(kernelName: string): tf.GradConfig | undefined {
  return tf.getGradient(kernelName) as tf.GradConfig | undefined;
}

function put(config: tf.GradConfig): void {
  if (registered(config.kernelName) !== undefined) tf.unregisterGradient(config.kernelName);
  tf.registerGradient(config);
}

/** Runs `check` at the start of every differentiation, which all go through this method of the engine. */
function beforeDifferentiation(check: () => void): () => void {
  const engine = tf.engine();
  const { gradients } = engine;
  const checked = ((...args: Parameters<typeof gradients>) => {
    check();
    return gradients.apply(engine, args);
  }) as typeof gradients;
  engine.gradients = checked;
  return () => {
    if (engine.gradients === checked) engine.gradients = gradients;
    else check = () => {};
  };
}
