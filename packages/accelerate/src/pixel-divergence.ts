import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, withScratch } from './heap.js';
import type { Kernel } from './kernel.js';

/** kd-losses's PixelKl: the value and the gradients with respect to the student and, unless detached, the teacher. */
export const pixelKl: Kernel = {
  name: 'PixelKl',
  run: (call): TensorInfo[] => {
    const { backend, native } = call;
    const { student, teacher, scales } = call.inputs as Record<
      'student' | 'teacher' | 'scales',
      TensorInfo
    >;
    const { limit, factor, detachTeacher } = call.attrs as {
      limit: number;
      factor: number;
      detachTeacher: boolean;
    };
    const [maps = 0, cells = 0] = student.shape;
    checkShape('PixelKl', 'student', student, [maps, cells]);
    checkShape('PixelKl', 'teacher', teacher, [maps, cells]);
    checkShape('PixelKl', 'scales', scales, [maps]);
    const value = call.output([]);
    const gradients = (detachTeacher ? [student] : [student, teacher]).map(({ shape }) =>
      call.output(shape),
    );
    const [dStudent, dTeacher = 0] = gradients.map((tensor) =>
      addressOf(backend, tensor, 'gradient'),
    );
    withScratch(backend, 8 * cells, (scratch) =>
      native.pixelDivergence(
        ...[addressOf(backend, student, 'student'), addressOf(backend, teacher, 'teacher')],
        ...[addressOf(backend, scales, 'scales'), addressOf(backend, value, 'value')],
        ...[dStudent!, dTeacher, maps, cells, limit, factor, scratch],
      ),
    );
    return [value, ...gradients];
  },
};
