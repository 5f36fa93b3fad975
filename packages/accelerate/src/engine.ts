import type { AcceleratedWasm } from './accelerate-wasm.js';

/** What runs the WebAssembly. */
export interface Engine {
  /** For example `20.20.2`; absent outside Node. */
  readonly node?: string;
  /** Threads can share memory: data-parallel training is possible. */
  readonly sharedMemory: boolean;
}

export function engine(): Engine {
  const { process, crossOriginIsolated } = globalThis as {
    process?: { versions?: { node?: string } };
    crossOriginIsolated?: boolean;
  };
  const node = process?.versions?.node;
  return {
    ...(node !== undefined && { node }),
    sharedMemory:
      typeof SharedArrayBuffer !== 'undefined' &&
      (node !== undefined || crossOriginIsolated === true),
  };
}

/** First version of Node whose V8 joins two 128-bit SIMD operations into one of 256 bits, behind a flag. */
const REVECTORIZING = 24;

/** Whether this is a Node whose V8 can revectorize. */
export function canRevectorize({ node }: Engine): boolean {
  return node !== undefined && Number.parseInt(node, 10) >= REVECTORIZING;
}

/** What would make training faster here. */
export function adviceFor(
  machine: Engine,
  accelerated: Pick<AcceleratedWasm, 'build' | 'revectorized'> | undefined,
): string[] {
  const advice: string[] = [];
  const inNode = machine.node !== undefined;
  if (!accelerated)
    advice.push("Import '@tensorflow/tfjs-backend-wasm': our training kernels run on it.");
  if (accelerated?.build === 'plain')
    advice.push(
      inNode
        ? 'Fused multiply-add (relaxed SIMD) is missing: use Node 22 or later, or Node 20.19 on a processor that has it.'
        : 'Fused multiply-add (relaxed SIMD) is missing: use Chrome 114 or later.',
    );
  if (inNode && !canRevectorize(machine))
    advice.push(
      `Node ${REVECTORIZING} can use 256-bit SIMD (accelerateWasm({ revectorize: true })): about a quarter less time a step.`,
    );
  else if (inNode && accelerated && !accelerated.revectorized)
    advice.push(
      'accelerateWasm({ revectorize: true }) lets V8 use 256-bit SIMD, an experimental flag that is checked when it is set: about a quarter less time a step.',
    );
  if (!inNode && !machine.sharedMemory)
    advice.push(
      'Serve the page with COOP: same-origin and COEP: require-corp, so that several workers can share memory.',
    );
  return advice;
}
