export { decodeHeatmaps, decodeUdpHeatmaps } from './wasm/decode.js';
export { encodeHeatmaps } from './wasm/encode.js';
export { hasWasm } from './wasm/engine.js';
export { warpImage, warpImageToBytes } from './wasm/images.js';
