import { HA, S3 } from '../../../support/config';
import { EGRESS, PROD, testRules } from './rows';

const PROXY = { https: 'http://proxy.example.com:3128', egress: EGRESS };
const discord = {
  alertmanager: { type: 'embedded', receivers: [{ name: 'channel', type: 'discord', egress: EGRESS }] },
} as const;

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
    broken: { network: { ipFamilies: ['IPv4', 'IPv6'], dns: { cidrs: ['::/0'] } } },
    path: 'network.dns.cidrs[0]',
    received: '"::/0"',
    remedy: 'write the addresses that it has, for example 10.0.0.1/32',
    kept: { network: { ipFamilies: ['IPv4', 'IPv6'], dns: { cidrs: ['2001:db8::/32'] } } },
  },
  {
    rule: "a range of the cluster's own: /16 or narrower",
    broken: { network: { ipFamilies: ['IPv6'], apiServer: { cidrs: ['fc00::/6'] } } },
    path: 'network.apiServer.cidrs[0]',
    received: '"fc00::/6"',
    remedy: 'write the addresses that it has, for example 10.0.0.1/32',
    kept: { network: { ipFamilies: ['IPv6'], apiServer: { cidrs: ['fc00::/7'] } } },
  },
  {
    rule: 'a URL for requests',
    broken: { storage: S3, network: { proxy: { egress: EGRESS } } },
    path: 'network.proxy',
    received: '{"noProxy":[],"egress":[{"cidr":"203.0.113.0/24","port":443}]}',
    remedy: 'add network.proxy.https, network.proxy.http or both',
    kept: { storage: S3, network: { proxy: { http: 'http://proxy.example.com:3128', egress: EGRESS } } },
  },
  {
    rule: 'a stack with a program that requests something from outside of the cluster',
    broken: { network: { proxy: PROXY } },
    path: 'network.proxy',
    received: '{"https":"http://proxy.example.com:3128","noProxy":[],"egress":[{"cidr":"203.0.113.0/24","port":443}]}',
    remedy: 'remove it',
    kept: { ...discord, network: { proxy: PROXY } },
  },
  {
    rule: 'in mode ha, the range of the cluster’s pods: members of a ring call each other by address, and would ask the proxy',
    broken: { ...HA, network: { proxy: { ...PROXY, noProxy: ['.example.com'] } } },
    path: 'network.proxy.noProxy',
    received: '[".example.com"]',
    remedy: 'add it, for example 10.244.0.0/16',
    kept: { ...HA, network: { proxy: { ...PROXY, noProxy: ['10.244.0.0/16'] } } },
  },
  {
    rule: 'prod closes its namespaces, or says that somebody else does',
    broken: { ...PROD, network: { policies: 'none' } },
    path: 'network.policies',
    received: '"none"',
    remedy: 'remove network.policies, or set network.policiesElsewhere to true',
    kept: { ...PROD, network: { policies: 'none', policiesElsewhere: true } },
  },
  {
    rule: 'with network.policies: cilium, and not kubernetes: a NetworkPolicy cannot let Cilium’s proxies in, which are no pods',
    broken: { network: { ingressController: { type: 'cilium' } } },
    path: 'network.ingressController.type',
    received: '"cilium"',
    remedy: 'set network.policies to cilium, or remove network.ingressController.type',
    kept: { network: { ingressController: { type: 'cilium' }, policies: 'cilium' } },
  },
  {
    rule: 'pods, without auth.loki.enabled: from addresses nobody reads and writes without a credential',
    broken: {
      auth: { loki: { enabled: false } },
      network: { clients: [{ namespace: 'tools' }, { cidr: '10.20.0.0/24' }] },
    },
    path: 'network.clients[1]',
    received: '{"cidr":"10.20.0.0/24"}',
    remedy: 'remove auth.loki.enabled: false, or the addresses',
    kept: { network: { clients: [{ namespace: 'tools' }, { cidr: '10.20.0.0/24' }] } },
  },
]);
