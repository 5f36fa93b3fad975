import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { type GoldenEncoder, loadEncoder } from '../../backbones/test/encoder-cases.js';
import mobilenetv3 from '../../backbones/test/golden/encoders/mobilenetv3large-torchvision.json' with {
  type: 'json',
};
import peleenet from '../../backbones/test/golden/encoders/peleenet-narrow.json' with {
  type: 'json',
};
import { encoderError } from './encoder-error.js';

/** Few, since every new size of a map is a shader to compile. */
const ENCODERS: Readonly<Record<string, unknown>> = {
  'peleenet-narrow': peleenet,
  'mobilenetv3large-torchvision': mobilenetv3,
};

/** The errors of encoders by backend and name, on the backends that start here. */
export default async function run(): Promise<Record<string, Record<string, number>>> {
  const errors: Record<string, Record<string, number>> = {};
  for (const backend of ['webgl', 'webgpu']) {
    if (!(await tf.setBackend(backend).catch(() => false))) continue;
    errors[backend] = {};
    for (const [name, golden] of Object.entries(ENCODERS))
      errors[backend][name] = await encoderError(loadEncoder(name, golden as GoldenEncoder));
  }
  return errors;
}
