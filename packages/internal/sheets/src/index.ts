export { type BarChartOptions, type BarPart, type BarRow, barChart, colourKey } from './bars.js';
export { type ChartOptions, lineChart, type Series } from './chart.js';
export { escapeHtml, htmlPage, htmlTable, type Tile, tiles } from './page.js';
export { type DrawnPose, posePicture } from './pose-picture.js';
export {
  type Extent,
  extentOf,
  type StickLine,
  type StickPose,
  stickFigure,
} from './stick-figure.js';
