export { type DecodeRule, decodeModel, encodeModel, type Model, type ModelFiles } from './model.js';
