export { readMpiiGroundTruth } from './read-mpii.js';
export { readPredictions } from './read-predictions.js';
