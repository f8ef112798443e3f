export { POSITIONS_VOLUME, Promtail } from './component';
export { promtailConfig } from './config';
