import { testRules } from './rows';

testRules([
  {
    rule: 'a range of a family that pods have: IPv6',
    broken: { network: { ipFamilies: ['IPv6'], apiServer: { cidrs: ['10.0.0.1/32'] } } },
    path: 'network.apiServer.cidrs',
    received: '["10.0.0.1/32"]',
    remedy: 'add its address of this family, or correct network.ipFamilies',
    kept: { network: { ipFamilies: ['IPv6'], apiServer: { cidrs: ['10.0.0.1/32', 'fd00::1/128'] } } },
  },
  {
    rule: 'a range of a family that pods have: IPv4',
    broken: { network: { dns: { cidrs: ['fd00::a/128'] } } },
    path: 'network.dns.cidrs',
    received: '["fd00::a/128"]',
    remedy: 'add its address of this family, or correct network.ipFamilies',
    kept: { network: { ipFamilies: ['IPv4', 'IPv6'], dns: { cidrs: ['fd00::a/128'] } } },
  },
  {
    rule: 'each family once',
    broken: { network: { ipFamilies: ['IPv6', 'IPv4', 'IPv6'] } },
    path: 'network.ipFamilies',
    received: '["IPv6","IPv4","IPv6"]',
    remedy: 'write [IPv4], [IPv6], [IPv4, IPv6] or [IPv6, IPv4]',
    kept: { network: { ipFamilies: ['IPv6', 'IPv4'] } },
  },
]);
