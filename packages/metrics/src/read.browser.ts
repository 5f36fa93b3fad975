import { evaluatePckh } from './pckh.js';
import { readMpiiGroundTruth, readPredictions } from './read.js';

/** One person of the exact case, in a compressed MATLAB file (test/golden/mpii/one-person.mat). */
const FILE =
  'TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFNhdCBOb3YgMjEgMDI6MTQ6MDIgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAAhQAAAHicndFBCoQwDAXQyKjMSjyKN5KqgVZDK23Rq3k8Awq6cPULISTwSkgaIjp+RLXmv0ZB16tedXvnRmMy2STO/Rycz+nqdfT48sOXr39braLxC+QWz5CzbkWcoA6cU8C9rCwb4rINEXGeR2hOy2aC7rdHBzmWAXLJBuh+qAPnFN3LCT43KT0PAAAANAAAAHic42NgYAgAYjYg5gBiTgYIYIXyBYCYEYq5gTgrryQ+N7O4ODMvHayOCaoGDTACANMaBVgPAAAAoQAAAHic42NgYHBgZGBgA9IcDBAaBFihfAEgZgJioBIGLiAuyC+OTy+JLy5KhqjjZIBKgsCDAgcw3dEOoRsaIPSPDgi9owVCazRD6AlFENqjE6q+DkLP6IbKV0Boh3IIfaAEQl+ohdAKUPUNuRD6QxNUXR6EjoDyIxpRzeOAmu9QD6EloO4tgLpvAtQehiQIvQHqTgeoORlQcz90QWigvwFRJSyNDwAAAEIAAAB4nONjYGBIAGI2IOaA0iDACuUzQTEjEPMCcUZqYkpSfkVqcXxxUTKQzwnEClA9DAcqHMB0Qw2EfpAEpXMcAJzHC+c=';

/** What reading and evaluating gives, here or in a page. */
export default async function run(): Promise<unknown> {
  const truth = await readMpiiGroundTruth(Uint8Array.from(atob(FILE), (c) => c.charCodeAt(0)));
  const pose = Array.from({ length: 16 }, (_, k) =>
    [0, 1].map((d) => truth.keypoints[2 * k + d]! + k),
  );
  const predictions = await readPredictions(new TextEncoder().encode(JSON.stringify([pose])));
  return { truth: Array.from(truth.keypoints), ...evaluatePckh(truth, predictions, { base: 1 }) };
}
