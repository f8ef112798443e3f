import type { StackConfigInput } from '../../../../src/config';
import { PROD } from '../../../support/config';
import { testRules } from './rows';

type Expose = NonNullable<NonNullable<StackConfigInput['gateway']>['expose']>;
const BALANCED = { type: 'loadBalancer', host: 'logs.example.com', credentials: [{ name: 'promtail' }] } as const;
const PUBLISHED = { ...BALANCED, type: 'ingress' } as const;
const exposing = (expose: Expose) => ({ gateway: { expose } });
const inProd = (expose: Expose): Partial<StackConfigInput> => ({ ...PROD, gateway: { tls: {}, expose } });
const LIMITED = [{ name: 'promtail', cidrs: ['203.0.113.0/24'] }];

testRules([
  {
    rule: 'none without auth.loki.enabled: whoever finds the address would read and write all lines',
    broken: { auth: { loki: { enabled: false } }, ...exposing(BALANCED) },
    path: 'gateway.expose',
    received: '{"type":"loadBalancer"}',
    remedy: 'remove gateway.expose, or auth.loki.enabled: false',
    kept: exposing(BALANCED),
  },
  {
    rule: 'prod sends credentials and logs over TLS',
    broken: inProd(PUBLISHED),
    path: 'gateway.expose.tls',
    received: '(missing)',
    remedy: 'set gateway.expose.tls.secretName, and clusterIssuer if cert-manager makes the certificate',
    kept: inProd({ ...PUBLISHED, tls: { secretName: 'outside-tls' } }),
  },
  {
    rule: 'prod sends credentials and logs over TLS',
    broken: inProd(BALANCED),
    path: 'gateway.expose.tls',
    received: '(missing)',
    remedy: 'set gateway.expose.tls.secretName, and clusterIssuer if cert-manager makes the certificate',
    kept: inProd({
      ...BALANCED,
      type: 'route',
      gateway: { name: 'public', namespace: 'edge', listener: 'https' },
    }),
  },
  {
    rule: 'a host name in lower-case letters, no address: certificates and routes are of names',
    broken: exposing({ ...BALANCED, host: '203.0.113.7' }),
    path: 'gateway.expose.host',
    received: '"203.0.113.7"',
    remedy: 'write for example logs.example.com',
    kept: exposing(BALANCED),
  },
  {
    rule: 'a host name in lower-case letters, no address: certificates and routes are of names',
    broken: exposing({ ...BALANCED, host: 'Logs.example.com' }),
    path: 'gateway.expose.host',
    received: '"Logs.example.com"',
    remedy: 'write for example logs.example.com',
    kept: exposing(BALANCED),
  },
  {
    rule: 'a class of load balancers: at most 63 letters, digits, - _ and ., the first and the last a letter or digit; a domain and / may stand before it',
    broken: exposing({ ...BALANCED, class: 'network balancer' }),
    path: 'gateway.expose.class',
    received: '"network balancer"',
    remedy: 'write for example service.k8s.aws/nlb',
    kept: exposing({ ...BALANCED, class: 'service.k8s.aws/nlb' }),
  },
  {
    rule: 'a credential of auth.loki (promtail, grafana)',
    broken: exposing({ ...BALANCED, credentials: [{ name: 'nobody' }] }),
    path: 'gateway.expose.credentials[0].name',
    received: '"nobody"',
    remedy: 'name one of these, or add it there',
    kept: exposing(BALANCED),
  },
  {
    rule: 'a name that no other entry has',
    broken: exposing({ ...BALANCED, credentials: [{ name: 'promtail' }, { name: 'promtail' }] }),
    path: 'gateway.expose.credentials[1].name',
    received: '"promtail"',
    remedy: 'write the cidrs of both in one entry',
    kept: exposing({ ...BALANCED, credentials: [{ name: 'promtail' }, { name: 'grafana' }] }),
  },
  {
    rule: 'of use with gateway.expose.trustedProxies: without it, every client has the address of the ingress controller',
    broken: exposing({ ...PUBLISHED, credentials: LIMITED }),
    path: 'gateway.expose.credentials[0].cidrs',
    received: '["203.0.113.0/24"]',
    remedy: 'write the addresses of the ingress controller’s pods there, or remove cidrs',
    kept: exposing({ ...PUBLISHED, credentials: LIMITED, trustedProxies: ['10.42.0.0/16'] }),
  },
  {
    rule: 'the range of the ingress controller’s pods: whoever is in it may say that it is any client',
    broken: exposing({ ...PUBLISHED, trustedProxies: ['0.0.0.0/0'] }),
    path: 'gateway.expose.trustedProxies[0]',
    received: '"0.0.0.0/0"',
    remedy: 'write for example 10.42.0.0/16',
    kept: exposing({ ...PUBLISHED, trustedProxies: ['10.0.0.0/8'] }),
  },
  {
    rule: 'addresses that gateway.expose.sourceRanges (198.51.100.0/24) lets in',
    broken: exposing({ ...BALANCED, credentials: LIMITED, sourceRanges: ['198.51.100.0/24'] }),
    path: 'gateway.expose.credentials[0].cidrs[0]',
    received: '"203.0.113.0/24"',
    remedy: 'add them there, or remove them here',
    kept: exposing({ ...BALANCED, credentials: LIMITED, sourceRanges: ['203.0.112.0/22'] }),
  },
]);
