/** What `network.ipFamilies` changes, component by component, in stacks that have all of them. */
import { parse } from 'yaml';
import { alertmanagerArgs } from '../../../src/components/alertmanager/component';
import { lokiConfig } from '../../../src/components/loki/config';
import { prometheusConfig } from '../../../src/components/prometheus/config';
import type { StackConfig } from '../../../src/config';
import { CANARY, configWith, HA } from '../../support/config';
import { fileOf, find, ofKind, renderStack } from '../../support/manifests';

type Families = StackConfig['network']['ipFamilies'];

const wide = (ipFamilies: Families, tls = false) =>
  configWith({
    ...CANARY,
    ...HA,
    alertmanager: { type: 'embedded', replicas: 2 },
    ...(tls ? { gateway: { tls: {} } } : {}),
    network: { ipFamilies },
  });

const OTHER_FAMILIES: readonly Families[] = [['IPv6'], ['IPv4', 'IPv6'], ['IPv6', 'IPv4']];
const NGINX = ['gateway-config', 'canary-config', 'grafana-metrics'];

/** The `listen` directives of a ConfigMap's nginx, those of the loopback address left out. */
const listens = (config: StackConfig, configMap: string) =>
  fileOf(renderStack(config), configMap, 'nginx.conf')
    .match(/^ *listen .*;$/gm)
    ?.map((line) => line.trim())
    .filter((line) => !line.includes('127.0.0.1'));

const ring = (config: StackConfig) => lokiConfig(config)['common'];
const discovery = (config: StackConfig) => JSON.stringify(prometheusConfig(config)).match(/"type":"A+"/g);
const advertised = (config: StackConfig) => {
  if (config.alertmanager.type !== 'embedded') throw new Error('no Alertmanager');
  const { alertmanager, namespaces, network } = config;
  return alertmanagerArgs({ alertmanager, namespaces, network }).find((arg) => arg.includes('advertise'));
};

test('given nothing or IPv4, no object speaks of a family', () => {
  const text = JSON.stringify(renderStack(wide(['IPv4'])));
  expect(text).not.toMatch(/ipFamil|\[::\]|ipv6|AAAA|\[\$\(POD_IP\)\]/i);
  expect(JSON.stringify(renderStack(configWith()))).not.toMatch(/ipFamil|\[::\]/);
});

describe.each(OTHER_FAMILIES.map((families) => [families.join(', '), families] as const))(
  'given %s,',
  (_, families) => {
    const config = wide(families);

    it('every Service has these families', () => {
      const services = ofKind(renderStack(config), 'Service');
      expect(services.length).toBeGreaterThan(10);
      for (const { spec } of services)
        expect(spec).toMatchObject({
          ipFamilies: families,
          ipFamilyPolicy: families.length === 1 ? 'SingleStack' : 'PreferDualStack',
        });
    });

    it.each(NGINX)('the nginx of %s listens on each of its ports on addresses of both families', (configMap) => {
      const found = listens(config, configMap) ?? [];
      const ports = found.filter((line) => !line.includes('[::]')).map((line) => /\d+/.exec(line)?.[0]);
      expect(ports.length).toBeGreaterThan(0);
      expect(found.toSorted()).toEqual(
        ports.flatMap((port) => [`listen ${port ?? ''};`, `listen [::]:${port ?? ''};`]).toSorted(),
      );
    });

    it('the gateway speaks TLS on both', () => {
      expect(listens(wide(families, true), 'gateway-config')).toEqual(
        expect.arrayContaining(['listen 8080 ssl;', 'listen [::]:8080 ssl;']),
      );
    });

    it('an Alertmanager tells its address in brackets, which it reads whatever the family', () => {
      expect(advertised(config)).toBe('--cluster.advertise-address=[$(POD_IP)]:9094');
    });

    it('Loki’s ring and Prometheus take the address of a pod that is its first one', () => {
      const isIpv6First = families[0] === 'IPv6';
      expect(ring(config)).toEqual({
        ...(ring(wide(['IPv4'])) as object),
        ring: { kvstore: { store: 'memberlist' }, ...(isIpv6First ? { instance_enable_ipv6: true } : {}) },
      });
      expect(new Set(discovery(config))).toEqual(new Set([isIpv6First ? '"type":"AAAA"' : '"type":"A"']));
    });

    it('the agent may reach an API server of these families', () => {
      const { egress = [] } = find(renderStack(config), 'NetworkPolicy', 'agent').spec;
      const ranges = egress.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []));
      expect(ranges.includes('fc00::/7')).toBe(true);
      expect(ranges.includes('10.0.0.0/8')).toBe(families.includes('IPv4'));
    });
  },
);

test('a target of the config is found by the first address of its pods', () => {
  const monitoring = {
    targets: [{ job: 'a', host: 'a.b.svc', port: 1, perPod: true, egress: [{ namespace: 'b', port: 1 }] }],
  };
  const targets = (ipFamilies: Families) =>
    JSON.stringify(prometheusConfig(configWith({ monitoring, network: { ipFamilies } })));
  expect(targets(['IPv6'])).toContain('"dns_sd_configs":[{"names":["a.b.svc"],"type":"AAAA","port":1}]');
  expect(targets(['IPv4'])).toContain('"dns_sd_configs":[{"names":["a.b.svc"],"type":"A","port":1}]');
});

test('a single Loki talks to itself alone, by an address that every pod has', () => {
  const config = configWith({ network: { ipFamilies: ['IPv6'] } });
  const file: unknown = parse(fileOf(renderStack(config), 'loki-config', 'config.yaml'));
  expect(file).toMatchObject({ common: { instance_addr: '127.0.0.1', ring: { kvstore: { store: 'inmemory' } } } });
});
