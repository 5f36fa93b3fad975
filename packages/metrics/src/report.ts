export { type OksReportInput, oksReport } from './report/oks-report.js';
