export { type OksReportInput, oksReport } from './report/oks-report.js';
export { type PckReportInput, pckReport } from './report/pck-report.js';
