export { POSITIONS_VOLUME, Promtail, type PromtailProps } from './component';
export { promtailConfig } from './config';
