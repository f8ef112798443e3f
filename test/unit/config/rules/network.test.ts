import { testRules } from './rows';

testRules([
  {
    rule: "a range of the cluster's own: /8 or narrower",
    broken: { network: { apiServer: { cidrs: ['10.0.0.0/8', '0.0.0.0/0'] } } },
    path: 'network.apiServer.cidrs[1]',
    received: '"0.0.0.0/0"',
    remedy: 'write the addresses that it has, for example 10.0.0.1/32',
    kept: { network: { apiServer: { cidrs: ['10.0.0.0/8', '203.0.113.7/32'] } } },
  },
  {
    rule: "a range of the cluster's own: /16 or narrower",
    broken: { network: { dns: { cidrs: ['::/0'] } } },
    path: 'network.dns.cidrs[0]',
    received: '"::/0"',
    remedy: 'write the addresses that it has, for example 10.0.0.1/32',
    kept: { network: { dns: { cidrs: ['fd00:10::/64'] } } },
  },
]);
