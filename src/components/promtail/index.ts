export { POSITIONS_VOLUME, Promtail, promtailConfig, type PromtailProps } from './component';
