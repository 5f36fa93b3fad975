import { FormatError, isTorch, readTorch } from '@pose-distill/internal-formats';
import { NetworkError, readSafetensors, type TorchTensor } from '@pose-distill/network';
import { PoseDistillError } from '../errors.js';

/** A tensor of a checkpoint. */
export interface CheckpointTensor extends TorchTensor {
  /** As the file has it, with all that was put in front. */
  readonly fileName: string;
}

export interface CheckpointFile {
  readonly tensors: readonly CheckpointTensor[];
  /** By the name in the file, and by what is left of it when wrappers are taken off one by one. */
  readonly byName: ReadonlyMap<string, CheckpointTensor>;
}

/** What training programs put in front of a network's own names, in any order, and mmpose in front of its heads. */
const WRAPPER =
  /^(?:(?:state_dict|module|model|backbone)\.|(?:keypoint_head|head)\.(?=(?:final_layer|deconv_layers)\.))/;
/** A counter of PyTorch's batch norms that nothing needs. */
const COUNTER = /(?:^|\.)num_batches_tracked$/;

/** The layout that our own weight files name. */
const OWN_LAYOUT = 'NHWC/HWIO';

/**
 * Tensors of a PyTorch checkpoint, safetensors or `torch.save`'s `.pth`, without the counters of batches. They are found by
 * their own names and without `state_dict.`, `module.`, `model.`, `backbone.`, `keypoint_head.` in front; when two come to one
 * name, it is the one's that has less in front, then the first's.
 *
 * @throws PoseDistillError BAD_FILE for another kind of file, a broken one, or one that holds code
 */
export function readCheckpointFile(file: Uint8Array, place: string): CheckpointFile {
  const tensors = Object.entries(readTensors(file, place))
    .filter(([fileName]) => !COUNTER.test(fileName))
    .map(([fileName, { shape, data }]) => ({ fileName, shape, data }));
  const byName = new Map<string, CheckpointTensor>();
  let level = tensors.map((tensor) => [tensor.fileName, tensor] as const);
  while (level.length > 0) {
    for (const [name, tensor] of level) if (!byName.has(name)) byName.set(name, tensor);
    level = level
      .filter(([name]) => WRAPPER.test(name))
      .map(([name, tensor]) => [name.replace(WRAPPER, ''), tensor] as const);
  }
  return { tensors, byName };
}

function readTensors(file: Uint8Array, place: string): Readonly<Record<string, TorchTensor>> {
  const fail = (message: string, cause?: Error): never => {
    throw new PoseDistillError('BAD_FILE', `${place}: ${message}`, {
      place,
      ...(cause && { cause }),
    });
  };
  try {
    if (isTorch(file)) return readTorch(file);
    const { tensors, metadata } = readSafetensors(file);
    if (metadata.layout === OWN_LAYOUT)
      fail(
        'this is a model of pose-distill, not a checkpoint of PyTorch; use its folder as it is.',
      );
    return Object.fromEntries(
      Object.entries(tensors).filter(([, { data }]) => typeof data[0] !== 'bigint'),
    ) as Record<string, TorchTensor>;
  } catch (error) {
    if (error instanceof FormatError)
      return fail(
        `${error.message}. Save the weights alone, by torch.save(model.state_dict(), file) or as safetensors.`,
        error,
      );
    if (error instanceof NetworkError)
      return fail(
        `neither a file of torch.save nor safetensors (${error.message}). Give a .pth, .pt or .safetensors file.`,
        error,
      );
    throw error;
  }
}
