export { agentGatewayUrl, gatewayHost, gatewayServicePort, gatewayUrl } from './address';
export { Gateway } from './component';
export { pathsOfGateway } from './metrics';
