import { logarithm } from './elementary';
import { lanesSum } from './reduce';
import { exponentials, largest, loadSome, storeSome } from './rows';

/** Values at most `limit` from zero, after the map's factor. */
// @ts-ignore: decorator
@inline
function clipped(row: usize, at: usize, bytes: usize, scale: v128, limit: v128): v128 {
  const scaled = f32x4.mul(loadSome(row, at, bytes, 0), scale);
  return f32x4.pmax(f32x4.pmin(scaled, limit), f32x4.neg(limit));
}

/** Writes `e^(z - largest z)` of the clipped values z to `y`; returns the largest. */
function clippedRow(x: usize, y: usize, bytes: usize, scale: v128, limit: v128): f32 {
  for (let at: usize = 0; at < bytes; at += 16) storeSome(y, at, bytes, clipped(x, at, bytes, scale, limit));
  return largest(y, <u32>(bytes >> 2));
}

/**
 * Sum over maps of `P log(P / Q)` times `factor`, `P` and `Q` the softmax of a teacher's and a student's map times its scale, and
 * the gradients with respect to both.
 *
 * @param dTeacher 0 if it is not wanted
 * @param scratch two rows
 */
export function pixelDivergence(
  student: usize, teacher: usize, scales: usize, value: usize, dStudent: usize, dTeacher: usize,
  maps: u32, count: u32, limit: f32, factor: f32, scratch: usize,
): void {
  const bytes: usize = count << 2;
  const limits = f32x4.splat(limit);
  const teachers = scratch;
  let total: f64 = 0;
  for (let map: u32 = 0; map < maps; map++) {
    const scale = f32x4.splat(load<f32>(scales));
    const ratios = dTeacher != 0 ? dTeacher : scratch + bytes;
    const mostQ = clippedRow(student, dStudent, bytes, scale, limits);
    const sumQ = exponentials(dStudent, dStudent, count, mostQ);
    const mostP = clippedRow(teacher, teachers, bytes, scale, limits);
    const sumP = exponentials(teachers, teachers, count, mostP);
    const shiftQ = f32x4.splat(mostQ);
    const shiftP = f32x4.splat(mostP);
    const logSums = f32x4.splat(<f32>(logarithm(sumP) - logarithm(sumQ)));
    const partQ = f32x4.splat(<f32>(1 / sumQ));
    const partP = f32x4.splat(<f32>(1 / sumP));
    const outer = f32x4.splat(load<f32>(scales) * factor);
    let sum: f64 = 0;
    for (let at: usize = 0; at < bytes; at += 16) {
      const q = f32x4.mul(loadSome(dStudent, at, bytes, 0), partQ);
      const p = f32x4.mul(loadSome(teachers, at, bytes, 0), partP);
      const forP = f32x4.sub(clipped(teacher, at, bytes, scale, limits), shiftP);
      const forQ = f32x4.sub(clipped(student, at, bytes, scale, limits), shiftQ);
      const ratio = f32x4.sub(f32x4.sub(forP, forQ), logSums);
      sum += lanesSum(f32x4.mul(p, ratio));
      storeSome(dStudent, at, bytes, f32x4.mul(f32x4.sub(q, p), outer));
      storeSome(teachers, at, bytes, p);
      storeSome(ratios, at, bytes, ratio);
    }
    total += sum;
    if (dTeacher != 0) {
      const mean = f32x4.splat(<f32>sum);
      for (let at: usize = 0; at < bytes; at += 16) {
        const p = loadSome(teachers, at, bytes, 0);
        const excess = f32x4.sub(loadSome(dTeacher, at, bytes, 0), mean);
        storeSome(dTeacher, at, bytes, f32x4.mul(f32x4.mul(p, excess), outer));
      }
      dTeacher += bytes;
    }
    student += bytes;
    teacher += bytes;
    dStudent += bytes;
    scales += 4;
  }
  store<f32>(value, <f32>(total * <f64>factor));
}
