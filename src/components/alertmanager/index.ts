export { Alertmanager, type AlertmanagerProps } from './component';
