export { type Figure, type RenderFigureOptions, renderFigure } from './figure.js';
