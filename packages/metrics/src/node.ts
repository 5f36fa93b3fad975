export { evaluateOksFiles, type OksFileOptions } from './node/evaluate-oks-files.js';
