export { Grafana } from './component';
