import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './heap.js';
import type { Native } from './native.js';

/** Inputs and attributes, named as tfjs names them. */
export interface KernelArguments {
  /** By name; a list for kernels like Concat. */
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** What a kernel is called with. */
export interface KernelCall extends KernelArguments {
  readonly backend: WasmBackend;
  readonly native: Native;
  readonly memory: WebAssembly.Memory;
  /** When 3x3 and 4x4 convolutions go through Winograd's algorithm: `auto` where it is faster. */
  readonly winograd: 'auto' | 'always' | 'never';
  /** A new tensor (float32 if not said) on the heap, its values not set; disposed if the kernel throws. */
  readonly output: (shape: readonly number[], dtype?: DataType) => TensorInfo;
  /** The kernel that stood under this name before, if any. */
  readonly previous: ((call: KernelArguments) => TensorInfo | TensorInfo[]) | undefined;
  /** A kernel of the backend, as it stands now. */
  readonly other: (name: string, call: KernelArguments) => TensorInfo;
}

/** A kernel of this package, under a name of tfjs or of tensor-ops. */
export interface Kernel {
  readonly name: string;
  run(call: KernelCall): TensorInfo | TensorInfo[];
}
