export { Gateway, type GatewayProps, gatewayServicePort, gatewayUrl } from './component';
