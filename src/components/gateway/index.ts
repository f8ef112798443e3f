export { gatewayServicePort, gatewayUrl } from './address';
export { Gateway, type GatewayProps } from './component';
export { pathsOfGateway } from './metrics';
