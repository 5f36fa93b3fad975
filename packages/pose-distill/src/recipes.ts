export * from './recipes/index.js';
