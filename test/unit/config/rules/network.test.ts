import { testRules } from './rows';

testRules([
  [
    "a range of the cluster's own: /8 or narrower",
    { network: { apiServer: { cidrs: ['10.0.0.0/8', '0.0.0.0/0'] } } },
    'network.apiServer.cidrs[1]',
    '"0.0.0.0/0"',
    'write the addresses that it has, for example 10.0.0.1/32',
    { network: { apiServer: { cidrs: ['10.0.0.0/8', '203.0.113.7/32'] } } },
  ],
  [
    "a range of the cluster's own: /16 or narrower",
    { network: { dns: { cidrs: ['::/0'] } } },
    'network.dns.cidrs[0]',
    '"::/0"',
    'write the addresses that it has, for example 10.0.0.1/32',
    { network: { dns: { cidrs: ['fd00:10::/64'] } } },
  ],
]);
