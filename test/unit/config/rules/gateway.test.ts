import { PROD, testRules } from './rows';

testRules([
  {
    rule: 'prod sends credentials and logs over TLS',
    broken: { ...PROD, gateway: {} },
    path: 'gateway.tls',
    received: '(missing)',
    remedy: 'set gateway.tls.clusterIssuer if cert-manager makes the certificate, or gateway.tls.secretName',
    kept: { ...PROD, gateway: { tls: { secretName: 'own' } } },
  },
  {
    rule: 'at least 32: probes, a few agents and a dashboard take as many',
    broken: { gateway: { maxConnections: 31 } },
    path: 'gateway.maxConnections',
    received: '31',
    remedy: 'write 32 or more, or leave it out',
    kept: { gateway: { maxConnections: 32 } },
  },
]);
