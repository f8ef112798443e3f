export { Canary, canaryArguments, type CanaryProps } from './component';
