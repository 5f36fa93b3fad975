export { type ChartOptions, lineChart, type Series } from './chart.js';
export { escapeHtml, htmlPage, htmlTable } from './page.js';
export { type DrawnPose, posePicture } from './pose-picture.js';
