export { Grafana, type GrafanaProps } from './component';
