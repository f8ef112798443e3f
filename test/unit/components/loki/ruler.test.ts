import { Loki } from '../../../../src/components/loki';
import { ruleConfigMaps } from '../../../../src/components/loki/ruler';
import type { StackConfigInput } from '../../../../src/config';
import { configWith, HA } from '../../../support/config';
import { containerOf, find, fileOf, podOf, render, yamlOf } from '../../../support/manifests';

const rendered = (differences: Partial<StackConfigInput> = {}) =>
  render((scope) => new Loki(scope, 'loki', configWith(differences)));
const rulerOf = (differences: Partial<StackConfigInput> = {}) =>
  yamlOf(rendered(differences), 'loki-config', 'config.yaml').at('ruler');
const portsOut = (differences: Partial<StackConfigInput>) => {
  const { egress = [] } = find(rendered(differences), 'NetworkPolicy').spec;
  return egress.flatMap(({ ports }) => ports.map(({ port }) => port));
};
const RECORDING = { recording: [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }] };
const EGRESS = [{ cidr: '203.0.113.0/24', port: 9443 }];

describe('given the defaults, the ruler', () => {
  it('reads the rules from where they are mounted, and tells the stack’s Alertmanager', () => {
    expect(rulerOf({ grafana: { url: 'https://logs.example.com' } })).toEqual({
      storage: { type: 'local', local: { directory: '/etc/loki-rules' } },
      rule_path: '/var/loki/rules',
      evaluation_interval: '1m',
      external_url: 'https://logs.example.com',
      datasource_uid: 'loki',
      alertmanager_url: 'http://alertmanager-0.alertmanager-pods.logging.svc:9093',
      enable_alertmanager_v2: true,
      wal: { dir: '/var/loki/ruler-wal' },
    });
  });
});

describe('given rules that change, Loki', () => {
  const changed = { alerting: { thresholds: { errorsPerSecond: 99 } } };

  it('is not restarted', () => {
    expect(fileOf(rendered(changed), 'loki-rules-spywatcher', 'spywatcher.yaml')).toContain('> 99');
    expect(podOf(rendered(changed))).toEqual(podOf(rendered()));
  });

  it('has them as a folder, which follows the ConfigMap', () => {
    expect(containerOf(rendered()).volumeMounts).toContainEqual({
      name: 'loki-rules-spywatcher',
      mountPath: '/etc/loki-rules/spywatcher',
      readOnly: true,
    });
  });
});

describe('given Alertmanagers of its own', () => {
  const alertmanager: StackConfigInput['alertmanager'] = { type: 'embedded', replicas: 2 };

  it('tells each of them', () => {
    expect(rulerOf({ alertmanager })).toMatchObject({
      alertmanager_url:
        'http://alertmanager-0.alertmanager-pods.logging.svc:9093,http://alertmanager-1.alertmanager-pods.logging.svc:9093',
    });
  });
});

describe('given Alertmanagers elsewhere', () => {
  const alertmanager: StackConfigInput['alertmanager'] = {
    type: 'external',
    urls: ['https://alerts.example.com:9443'],
    egress: EGRESS,
  };

  it('tells those, and may reach them', () => {
    expect(rulerOf({ alertmanager })).toMatchObject({ alertmanager_url: 'https://alerts.example.com:9443' });
    expect(portsOut({ alertmanager })).toEqual([53, 53, 9443]);
  });
});

describe('given no Alertmanager', () => {
  it('evaluates all the same, and talks to nobody', () => {
    expect(rulerOf({ alertmanager: { type: 'none' } })).not.toHaveProperty('alertmanager_url');
    expect(portsOut({ alertmanager: { type: 'none' } })).toEqual([]);
  });
});

describe('given no alerting', () => {
  it('has no ruler, no rules and nobody to tell', () => {
    const off: Partial<StackConfigInput> = { alerting: { enabled: false } };
    expect(rulerOf(off)).toBeUndefined();
    expect(ruleConfigMaps(configWith(off))).toEqual([]);
    expect(portsOut(off)).toEqual([]);
  });
});

describe('given a ring', () => {
  it('shares the groups of rules among its members', () => {
    expect(rulerOf(HA)).toMatchObject({ enable_sharding: true });
  });
});

describe('given recording rules', () => {
  it('keeps them in the stack’s Prometheus, and may reach it', () => {
    const config: Partial<StackConfigInput> = { alerting: RECORDING };
    expect(rulerOf(config)).toMatchObject({
      remote_write: {
        enabled: true,
        clients: { metrics: { name: 'metrics', url: 'http://prometheus.logging.svc:9090/api/v1/write' } },
      },
    });
    expect(portsOut(config)).toEqual([53, 53, 9093, 9090]);
  });

  it('keeps them where remoteWrite says, and may reach that alone', () => {
    const url = 'https://metrics.example.com/api/v1/write';
    const config: Partial<StackConfigInput> = { alerting: { ...RECORDING, remoteWrite: { url, egress: EGRESS } } };
    expect(rulerOf(config)).toMatchObject({ remote_write: { clients: { metrics: { url } } } });
    expect(portsOut(config)).toEqual([53, 53, 9093, 9443]);
  });
});

describe('given a tenant whose name is none in Kubernetes', () => {
  it('has its rules in a folder of its name', () => {
    const odd = configWith({
      auth: { loki: { tenants: [{ name: "Team's!", write: ['promtail'], read: ['grafana'] }] } },
    });
    expect(ruleConfigMaps(odd)).toMatchObject([
      { name: expect.stringMatching(/^loki-rules-[0-9a-f]{16}$/) as string, mountPath: "/etc/loki-rules/Team's!" },
    ]);
  });
});
