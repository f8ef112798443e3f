import { PROD, testRules } from './rows';

testRules([
  [
    'prod sends credentials and logs over TLS',
    { ...PROD, gateway: {} },
    'gateway.tls',
    '(missing)',
    'set gateway.tls.clusterIssuer if cert-manager makes the certificate, or gateway.tls.secretName',
    { ...PROD, gateway: { tls: { secretName: 'own' } } },
  ],
  [
    'at least 32: probes, a few agents and a dashboard take as many',
    { gateway: { maxConnections: 31 } },
    'gateway.maxConnections',
    '31',
    'write 32 or more, or leave it out',
    { gateway: { maxConnections: 32 } },
  ],
]);
