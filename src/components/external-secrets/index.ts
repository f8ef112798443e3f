export { ExternalSecrets } from './component';
