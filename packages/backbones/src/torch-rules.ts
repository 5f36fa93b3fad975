import { torchModules } from './torch-modules.js';

/** A pattern of our paths and PyTorch's module made of its groups. */
export type TorchRule = readonly [
  pattern: RegExp,
  module: (...groups: readonly (string | undefined)[]) => string,
];

/** The map of `importTorch` for the nodes of `encoder`: the first rule whose pattern fits the path names the module. */
export function ruledTorchModules(
  encoder: string,
  rules: readonly TorchRule[],
): (node: string) => string {
  return torchModules(encoder, (path) => {
    for (const [pattern, module] of rules) {
      const match = pattern.exec(path);
      if (match) return module(...match.slice(1));
    }
    return undefined;
  });
}

/** One less, for PyTorch's lists, which count from 0. */
export function before(count: string | undefined): number {
  return Number(count) - 1;
}
