import { MEMORY_FLAG_OFFSET, PLAIN, RELAXED } from './binary.generated.js';
import { canRevectorize, engine } from './engine.js';
import { AccelerateError } from './errors.js';

type Numbers = (...values: number[]) => void;

/** The functions of `assembly/`; the argument lists are described there. */
export interface Native {
  readonly adamUpdate: Numbers;
  readonly batchMoments: Numbers;
  readonly batchNormApply: Numbers;
  readonly batchNormGradient: Numbers;
  readonly biasActivation: Numbers;
  readonly convFilterGradient: Numbers;
  readonly tapFloats: (k: number, n: number) => number;
  readonly unpackFilter: Numbers;
  readonly convGather: Numbers;
  readonly packForward: Numbers;
  readonly packTransposed: Numbers;
  readonly copyBlocks: Numbers;
  readonly depthwiseGather: Numbers;
  readonly depthwiseSpread: Numbers;
  readonly depthwiseFilterGradient: Numbers;
  readonly enlargeGradient: Numbers;
  readonly nearestGradient: Numbers;
  readonly activation: Numbers;
  readonly activationGradient: Numbers;
  readonly nearest: Numbers;
  readonly bilinear: Numbers;
  readonly bilinearGradient: Numbers;
  readonly maxPool: Numbers;
  readonly maxPoolGradient: Numbers;
  readonly averagePool: Numbers;
  readonly averagePoolGradient: Numbers;
  readonly sumMiddle: Numbers;
  readonly sumRows: Numbers;
  readonly choose: Numbers;
  readonly compare: Numbers;
  readonly select: Numbers;
  readonly gatherRuns: Numbers;
  readonly softmaxRowsGradient: Numbers;
  readonly largestOfRows: Numbers;
  readonly largestOfMiddle: Numbers;
  readonly layerNormRows: Numbers;
  readonly layerNormRowsGradient: Numbers;
  readonly heatmapPeaks: Numbers;
  readonly heatmapWindows: Numbers;
  readonly heatmapWindowsGradient: Numbers;
  readonly studentCentres: Numbers;
  readonly pixelDivergence: Numbers;
  readonly stridedRuns: Numbers;
  readonly transposedSheets: Numbers;
  readonly pairPanels: (on: number) => void;
  readonly turnFilter: Numbers;
  readonly winogradBegin: Numbers;
  readonly winogradFilter: Numbers;
  readonly winogradFilterGradient: Numbers;
  readonly winogradOuter: Numbers;
  readonly winogradPixels: Numbers;
  readonly winogradProducts: Numbers;
  readonly winogradTiles: Numbers;
  readonly winogradWorkBytes: () => number;
}

/** With fused multiply-add (relaxed SIMD), or with 128-bit SIMD alone. */
export type NativeBuild = 'relaxed' | 'plain';

/** Instantiates the kernels on a heap, in the fastest build that the engine accepts. */
export async function loadNative(
  memory: WebAssembly.Memory,
  relaxed: boolean,
): Promise<{ native: Native; build: NativeBuild }> {
  const build = relaxed && (await acceptsRelaxed()) ? 'relaxed' : 'plain';
  const bytes = decode(build === 'relaxed' ? RELAXED : PLAIN);
  if (!isShared(memory)) bytes[MEMORY_FLAG_OFFSET] = 1;
  if (!WebAssembly.validate(bytes)) {
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      'Expected an engine with WebAssembly SIMD, and this one refuses it. Use a current browser or Node.',
    );
  }
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return { native: instance.exports as unknown as Native, build };
}

function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
}

async function acceptsRelaxed(): Promise<boolean> {
  const bytes = decode(RELAXED);
  if (WebAssembly.validate(bytes)) return true;
  // Node 20 has relaxed SIMD behind a flag that may still be set at run time.
  return (await setFlag('--experimental-wasm-relaxed-simd')) && WebAssembly.validate(bytes);
}

/**
 * Tells V8 to join 128-bit SIMD operations of modules compiled from now on, or not to.
 * @returns false where there is no such V8 (Node before 24, browsers)
 */
export async function setRevectorize(on: boolean): Promise<boolean> {
  return canRevectorize(engine()) && setFlag(`--${on ? '' : 'no-'}experimental-wasm-revectorize`);
}

/** Sets a flag of V8 at run time; false outside Node. A flag that V8 does not know is ignored with a warning. */
async function setFlag(flag: string): Promise<boolean> {
  if (engine().node === undefined) return false;
  try {
    const specifier = 'node:v8';
    const v8 = (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as {
      setFlagsFromString(flags: string): void;
    };
    v8.setFlagsFromString(flag);
    return true;
  } catch {
    return false;
  }
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
