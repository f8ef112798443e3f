export { Promtail } from './component';
export { promtailConfig } from './config';
