import { declareExactKernel } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { adamUpdate } from './adam.js';
import { batchNormApply, batchNormTrain, batchNormTrainGrad } from './batch-norm.js';
import {
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  fusedConv2d,
  groupedConv2d,
  groupedConv2dBackpropFilter,
  groupedConv2dBackpropInput,
} from './conv2d.js';
import { concat, slice, splitV } from './copies.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput, depthwiseConv2d } from './depthwise.js';
import { AccelerateError } from './errors.js';
import { memoryOf, output, type WasmBackend } from './heap.js';
import { type HeapMemory, installHeapMeter } from './heap-meter.js';
import { identity } from './identity.js';
import type { Kernel, KernelArguments, KernelCall } from './kernel.js';
import { loadNative, type Native, type NativeBuild, setRevectorize } from './native.js';
import { selfCheck } from './self-check.js';
import { smallKernels } from './small-kernels.js';

/** The tfjs version whose internals (heap, tensor table) the kernels rely on. */
const TFJS_VERSION = '4.22.0';

const KERNELS: readonly Kernel[] = [
  adamUpdate,
  batchNormApply,
  batchNormTrain,
  batchNormTrainGrad,
  concat,
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseConv2d,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  fusedConv2d,
  groupedConv2d,
  groupedConv2dBackpropFilter,
  groupedConv2dBackpropInput,
  identity,
  slice,
  splitV,
  ...smallKernels,
];

export interface AccelerateWasmOptions {
  /**
   * Use the build with fused multiply-add where the engine has relaxed SIMD. Results then differ in the last bits between
   * machines with and without it.
   * @default true
   */
  readonly relaxed?: boolean;
  /**
   * Let V8 join 128-bit SIMD operations into 256-bit ones: Node 24 and later, an experimental flag of the engine that is set for
   * the whole process. Checked by `selfCheck` and taken back when a result is wrong; without effect elsewhere.
   * @default false
   */
  readonly revectorize?: boolean;
  /**
   * Compute 3x3 and strided 4x4 convolutions by Winograd's algorithm where that is faster: two to three times fewer
   * multiplications, with rounding errors up to three times as large as those of plain sums.
   * @default true
   */
  readonly winograd?: boolean;
}

export interface AcceleratedWasm {
  /** Names of the kernels now registered for the backend `wasm`. */
  readonly kernels: readonly string[];
  /** Whether the kernels use fused multiply-add. */
  readonly build: NativeBuild;
  /** Whether V8 was told to use 256-bit SIMD, and the check passed. */
  readonly revectorized: boolean;
  /** What the heap holds, and the most it held at one time. */
  memory(): HeapMemory;
  /** Lets the peaks of `memory()` begin anew. */
  resetPeak(): void;
  /** Puts the kernels that were there before back. */
  undo(): void;
}

/**
 * Registers SIMD training kernels for tfjs's `wasm` backend, under the names that tfjs and `@pose-distill/tensor-ops` use.
 *
 * They compute in the backend's own heap, so tensors are neither copied nor converted, and every model on that backend uses
 * them from then on. Calling it again while it is in effect changes nothing and returns the same object.
 *
 * @throws AccelerateError UNSUPPORTED_BACKEND when `wasm` is not registered or cannot start, tfjs is not 4.22.0, or the engine
 * lacks WebAssembly SIMD
 * @example
 * await tf.setBackend('wasm');
 * const { kernels, build } = await accelerateWasm();
 */
export function accelerateWasm(options: AccelerateWasmOptions = {}): Promise<AcceleratedWasm> {
  const { relaxed = true, revectorize = false, winograd = true } = options;
  return accelerateWith({ relaxed, revectorize, winograd: winograd ? 'auto' : 'never' });
}

/** `accelerateWasm` with choices that only tests make. */
export async function accelerateWith(settings: {
  readonly relaxed: boolean;
  readonly revectorize?: boolean;
  /** Tiles of 256-bit vectors; as `revectorize` if not said. */
  readonly pairPanels?: boolean;
  readonly winograd: KernelCall['winograd'];
}): Promise<AcceleratedWasm> {
  const backend = await findBackend();
  const memory = memoryOf(backend);
  if (memory === undefined) {
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      'Expected to find the WebAssembly memory of tfjs-backend-wasm 4.22.0, and did not. Check its version.',
    );
  }
  const active = installed.get(memory);
  if (active !== undefined) return active;
  const revectorize = settings.revectorize === true && (await setRevectorize(true));
  const { native, build } = await loadNative(memory, settings.relaxed);
  native.pairPanels(Number(settings.pairPanels ?? revectorize));
  const raced = installed.get(memory);
  if (raced !== undefined) return raced;
  const result = register(backend, native, build, memory, settings.winograd, revectorize);
  if (!revectorize || (await passesSelfCheck())) return result;
  result.undo();
  await setRevectorize(false);
  return accelerateWith({ ...settings, revectorize: false });
}

/** The check runs on the current backend, which is put back. */
async function passesSelfCheck(): Promise<boolean> {
  const before = tf.engine().backendName as string | undefined;
  await tf.setBackend('wasm');
  const { passed } = await selfCheck();
  if (before) await tf.setBackend(before);
  return passed;
}

function register(
  backend: WasmBackend,
  native: Native,
  build: NativeBuild,
  memory: WebAssembly.Memory,
  winograd: KernelCall['winograd'],
  revectorized: boolean,
): AcceleratedWasm {
  const meter = installHeapMeter(backend);
  const undos = KERNELS.map((kernel) => install(kernel, native, memory, winograd));
  const result: AcceleratedWasm = {
    kernels: KERNELS.map(({ name }) => name).sort(),
    build,
    revectorized,
    memory: meter.memory,
    resetPeak: meter.resetPeak,
    undo: () => {
      for (const undo of undos.splice(0)) undo();
      if (installed.get(memory) !== result) return;
      installed.delete(memory);
      meter.undo();
    },
  };
  installed.set(memory, result);
  return result;
}

const installed = new WeakMap<WebAssembly.Memory, AcceleratedWasm>();

async function findBackend(): Promise<WasmBackend> {
  if (tf.version_core !== TFJS_VERSION) {
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      `Expected @tensorflow/tfjs-core ${TFJS_VERSION}, got ${tf.version_core}: the kernels use its internals.`,
      { expected: TFJS_VERSION, got: tf.version_core },
    );
  }
  // Starting a backend needs it current for a moment.
  const before = tf.engine().backendName as string | undefined;
  let backend = tf.findBackend('wasm') as unknown;
  if (!backend && tf.findBackendFactory('wasm')) {
    await tf.setBackend('wasm');
    backend = tf.findBackend('wasm');
    if (before) await tf.setBackend(before);
  }
  if (backend instanceof Promise) backend = await backend;
  if (!backend) {
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      `Expected tfjs's backend 'wasm', and it is not registered or did not start. Import '@tensorflow/tfjs-backend-wasm' ` +
        `${TFJS_VERSION} and await tf.setBackend('wasm') first.`,
    );
  }
  return backend as WasmBackend;
}

type KernelFunction = (call: KernelArguments & { backend: WasmBackend }) => tf.TensorInfo;

function install(
  kernel: Kernel,
  native: Native,
  memory: WebAssembly.Memory,
  winograd: KernelCall['winograd'],
): () => void {
  const backendName = 'wasm';
  const kernelName = kernel.name;
  const before = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
  if (before) tf.unregisterKernel(kernelName, backendName);
  const previous = before?.kernelFunc as unknown as KernelFunction | undefined;
  const run = ({ inputs, attrs, backend }: Parameters<KernelFunction>[0]) => {
    if (memoryOf(backend) !== memory) {
      throw new AccelerateError(
        'UNSUPPORTED_BACKEND',
        `Expected the backend 'wasm' that the kernels were made for, and it was replaced. Call undo(), then accelerateWasm() again.`,
      );
    }
    const created: tf.TensorInfo[] = [];
    const call: KernelCall = {
      inputs,
      // Kernels without attributes are called without.
      attrs: attrs ?? {},
      backend,
      native,
      memory,
      winograd,
      output: (shape, dtype) => {
        const tensor = output(backend, shape, dtype);
        created.push(tensor);
        return tensor;
      },
      previous: previous && ((other) => previous({ ...other, backend })),
      other: (name, other) =>
        (tf.getKernel(name, backendName).kernelFunc as unknown as KernelFunction)({
          ...other,
          backend,
        }),
    };
    try {
      return kernel.run(call);
    } catch (error) {
      for (const { dataId } of created) backend.disposeData(dataId, true);
      throw error;
    }
  };
  const kernelFunc = declareExactKernel(run as unknown as tf.KernelFunc);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
  return () => {
    // Someone may have put another kernel in its place since; that one stays.
    const now = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
    if (now?.kernelFunc !== kernelFunc) return;
    tf.unregisterKernel(kernelName, backendName);
    if (before) tf.registerKernel(before);
  };
}
