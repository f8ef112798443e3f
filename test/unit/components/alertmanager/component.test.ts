import { Alertmanager, type AlertmanagerProps } from '../../../../src/components/alertmanager';
import type { StackConfig, StackConfigInput } from '../../../../src/config';
import { configWith, everythingConfig } from '../../../support/config';
import { containerOf, find, ofKind, podOf, render, yamlOf } from '../../../support/manifests';

type Input = Omit<Extract<NonNullable<StackConfigInput['alertmanager']>, { readonly type: 'embedded' }>, 'type'>;

function propsOf(config: StackConfig): AlertmanagerProps {
  const { alertmanager } = config;
  if (alertmanager.type !== 'embedded') throw new Error('The stack has no Alertmanager of its own.');
  return { ...config, alertmanager };
}
const rendered = (config: StackConfig) => render((scope) => new Alertmanager(scope, 'alertmanager', propsOf(config)));
const withOptions = (alertmanager: Input = {}, others: Partial<StackConfigInput> = {}) =>
  rendered(configWith({ ...others, alertmanager: { type: 'embedded', ...alertmanager } }));
const config = (objects: ReturnType<typeof rendered>) => yamlOf(objects, 'alertmanager-config', 'alertmanager.yml');

const EGRESS = [{ cidr: '162.159.128.0/19', port: 443 }];
const DISCORD = { name: 'operators', type: 'discord', egress: EGRESS } as const;

describe('given a heartbeat', () => {
  const heartbeat = { egress: [{ cidr: '203.0.113.9/32', port: 443 }] };
  const routesOf = (objects: ReturnType<typeof rendered>) =>
    config(objects).at('route.routes') as readonly Readonly<Record<string, unknown>>[];

  it('each that raises alerts has a route before all others, and a URL of its own', () => {
    const objects = withOptions({ heartbeat, receivers: [DISCORD], routes: [{ receiver: 'operators' }] });
    const timing = { group_by: ['alertname'], group_wait: '0s', group_interval: '1m', repeat_interval: '270s' };
    expect(routesOf(objects)).toEqual([
      { receiver: 'heartbeat_ruler', matchers: ['alertname="Watchdog"', 'source="ruler"'], ...timing },
      { receiver: 'heartbeat_prometheus', matchers: ['alertname="Watchdog"', 'source="prometheus"'], ...timing },
      { receiver: 'operators' },
    ]);
    expect(config(objects).at('receivers')).toContainEqual({
      name: 'heartbeat_ruler',
      webhook_configs: [{ send_resolved: false, url_file: '/etc/alertmanager/receivers/heartbeat_ruler' }],
    });
  });

  it('with another Prometheus, which has another Alertmanager, it is the ruler’s alone', () => {
    const objects = withOptions({ heartbeat }, { monitoring: { type: 'operator' } });
    expect(routesOf(objects).map(({ receiver }) => receiver)).toEqual(['heartbeat_ruler']);
  });

  it('without other receivers, the Secret is mounted, and the way out is open', () => {
    const objects = withOptions({ heartbeat });
    expect(podOf(objects).spec.volumes).toHaveLength(2);
    expect(find(objects, 'NetworkPolicy').spec.egress).toMatchObject([
      { to: [{ ipBlock: { cidr: '203.0.113.9/32' } }], ports: [{ port: 443 }] },
      {},
    ]);
  });
});

describe('given no more than its type, Alertmanager', () => {
  const objects = withOptions();

  it('tells nobody, mounts no Secret, and goes out to nobody', () => {
    expect(config(objects).at('route.receiver')).toBe('none');
    expect(podOf(objects).spec.volumes).toEqual([{ name: 'config', configMap: { name: 'alertmanager-config' } }]);
    expect(find(objects, 'NetworkPolicy').spec.egress).toBeUndefined();
  });

  it('does not listen for others of its kind', () => {
    expect(containerOf(objects).args).toContain('--cluster.listen-address=');
    expect(containerOf(objects).ports).toEqual([{ name: 'http', containerPort: 9093, protocol: 'TCP' }]);
    expect(ofKind(objects, 'PodDisruptionBudget')).toEqual([]);
  });

  it('keeps its silences on a volume of its own', () => {
    expect(containerOf(objects).args).toContain('--storage.path=/alertmanager');
    expect(containerOf(objects).volumeMounts).toContainEqual({ name: 'data', mountPath: '/alertmanager' });
    expect(find(objects, 'StatefulSet').spec['volumeClaimTemplates']).toMatchObject([
      { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Gi' } } } },
    ]);
  });

  it('is alive and ready by paths of its own', () => {
    const { readinessProbe, livenessProbe } = containerOf(objects);
    expect(readinessProbe).toMatchObject({ httpGet: { path: '/-/ready', port: 'http' } });
    expect(livenessProbe).toMatchObject({ httpGet: { path: '/-/healthy', port: 'http' } });
  });
});

describe('given a receiver, Alertmanager', () => {
  const objects = withOptions({ receivers: [DISCORD] });

  it('tells it of every alert, by a URL that stands in a file', () => {
    expect(config(objects).at('route.receiver')).toBe('operators');
    expect(config(objects).at('receivers.1.discord_configs.0')).toMatchObject({
      webhook_url_file: '/etc/alertmanager/receivers/operators',
      send_resolved: true,
    });
    expect(podOf(objects).spec.volumes).toContainEqual({
      name: 'receivers',
      secret: { secretName: 'alertmanager-receivers', defaultMode: 0o440 },
    });
  });

  it('may reach it and name resolution, and nothing else', () => {
    const { egress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[443], [53, 53]]);
  });

  it('rolls when it is told to tell another one', () => {
    const hash = (options: Input) => podOf(withOptions(options)).metadata.annotations['spywatcher-logs/config-hash'];
    expect(hash({ receivers: [{ ...DISCORD, name: 'others' }] })).not.toBe(hash({ receivers: [DISCORD] }));
    expect(hash({ receivers: [DISCORD] })).toBe(hash({ receivers: [DISCORD] }));
  });
});

describe('given a pair, each Alertmanager', () => {
  const objects = withOptions({ replicas: 2, receivers: [DISCORD] });

  it('looks for both by their names, and says under which address it is to be found', () => {
    expect(containerOf(objects).args).toEqual(
      expect.arrayContaining([
        '--cluster.listen-address=0.0.0.0:9094',
        '--cluster.advertise-address=$(POD_IP):9094',
        '--cluster.peer=alertmanager-0.alertmanager-pods.logging.svc:9094',
        '--cluster.peer=alertmanager-1.alertmanager-pods.logging.svc:9094',
      ]),
    );
    expect(find(objects, 'Service', 'alertmanager-pods').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    });
    expect(find(objects, 'StatefulSet').spec['serviceName']).toBe('alertmanager-pods');
  });

  it('is on another node where there is one, and stays while the other one is drained', () => {
    expect(podOf(objects).spec.topologySpreadConstraints).toHaveLength(2);
    expect(find(objects, 'PodDisruptionBudget').spec['maxUnavailable']).toBe(1);
  });

  it('gossips by TCP and UDP', () => {
    expect(find(objects, 'NetworkPolicy').spec.ingress?.[1]?.ports).toEqual([
      { protocol: 'TCP', port: 9094 },
      { protocol: 'UDP', port: 9094 },
    ]);
  });
});

describe('given Lokis in a ring', () => {
  const causes = (mode: 'single' | 'ha') => {
    const { alertmanager, ...props } = propsOf(configWith());
    const objects = render(
      (scope) =>
        new Alertmanager(scope, 'alertmanager', { ...props, alertmanager, deployment: { ...props.deployment, mode } }),
    );
    return config(objects).at('inhibit_rules.1.source_matchers.0');
  };

  it('one that is down silences nothing, for nothing follows from it', () => {
    expect(causes('single')).toBe('alertname=~"TargetDown|TargetMissing"');
    expect(causes('ha')).toBe('alertname="TargetMissing"');
  });
});

test.each(['promtail', 'collector'] as const)(
  'given no %s at all, the canary and silent sources say nothing new',
  (type) => {
    const objects = withOptions({}, { agent: { type } });
    expect(config(objects).at('inhibit_rules.2')).toEqual({
      source_matchers: ['alertname="TargetMissing"', `job="${type}"`],
      target_matchers: ['alertname=~"CanaryLosesLines|CanaryLinesLate|SourceSilent"'],
    });
  },
);

describe('given hours', () => {
  const times = (from: string, to: string) =>
    config(withOptions({ muteTimes: [{ name: 'mute', hours: { from, to } }] })).at(
      'time_intervals.0.time_intervals.0.times',
    );

  it('within a day, they are one time', () => {
    expect(times('09:00', '17:00')).toEqual([{ start_time: '09:00', end_time: '17:00' }]);
  });

  it('over midnight, they are both ends of a day', () => {
    expect(times('22:00', '06:00')).toEqual([
      { start_time: '00:00', end_time: '06:00' },
      { start_time: '22:00', end_time: '24:00' },
    ]);
  });
});

describe('given every option, Alertmanager', () => {
  const objects = rendered(everythingConfig());

  it('is in the configured namespace, all of it', () => {
    for (const { metadata } of objects) expect(metadata.namespace).toBe('watch');
  });
});
