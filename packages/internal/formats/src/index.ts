export { type NpyArray, parseNpy } from './npy.js';
