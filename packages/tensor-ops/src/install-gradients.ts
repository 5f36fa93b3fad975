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
 * A gradient that is registered already is kept, unless it is one of those replaced here. Calling it
 * again changes nothing and returns the same answer until `undo()` is called.
 *
 * @example
 * installGradients();
 * tf.grad((x) => tf.square(x))(tf.scalar(3)); // 6
 */
export function installGradients(): InstalledGradients {
  if (current !== undefined) return current;
  const before = new Map<string, tf.GradConfig | undefined>();
  const register = (config: tf.GradConfig): void => {
    const { kernelName } = config;
    const registered = tf.getGradient(kernelName) as tf.GradConfig | undefined;
    before.set(kernelName, registered);
    if (registered !== undefined) tf.unregisterGradient(kernelName);
    tf.registerGradient(config);
  };
  for (const config of stockGradients) {
    if ((tf.getGradient(config.kernelName) as unknown) === undefined) register(config);
  }
  for (const { config } of replacedGradients) register(config);

  const installed = [...before].filter(([, config]) => config === undefined);
  const result: InstalledGradients = {
    installed: installed.map(([name]) => name).sort(),
    replaced: replacedGradients.map(({ config, why }) => ({ kernel: config.kernelName, why })),
    undo: () => {
      if (current !== result) return;
      current = undefined;
      for (const [kernelName, config] of before) {
        if ((tf.getGradient(kernelName) as unknown) !== undefined)
          tf.unregisterGradient(kernelName);
        if (config !== undefined) tf.registerGradient(config);
      }
    },
  };
  current = result;
  return result;
}
