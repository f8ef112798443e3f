import { Alertmanager, type AlertmanagerProps } from '../../../../src/components/alertmanager';
import type { StackConfig, StackConfigInput } from '../../../../src/config';
import { STACK_TEMPLATES } from '../../../../src/config/message-template';
import { configWith, everythingConfig } from '../../../support/config';
import { containerOf, find, ofKind, podOf, render, yamlOf } from '../../../support/manifests';

type Embedded = Extract<NonNullable<StackConfigInput['alertmanager']>, { readonly type: 'embedded' }>;
type Receiver = NonNullable<Embedded['receivers']>[number];
type Input = Omit<Embedded, 'type'>;

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

describe('given a mute time', () => {
  const intervals = (time: Omit<NonNullable<Input['muteTimes']>[number], 'name'>) =>
    config(withOptions({ muteTimes: [{ name: 'mute', ...time }] })).at('time_intervals.0.time_intervals');

  it('within a day, it is one interval', () => {
    expect(intervals({ hours: { from: '09:00', to: '17:00' } })).toEqual([
      { times: [{ start_time: '09:00', end_time: '17:00' }], location: 'UTC' },
    ]);
  });

  it('over midnight, it ends on the next day', () => {
    expect(intervals({ days: ['friday', 'sunday'], hours: { from: '22:00', to: '06:00' } })).toEqual([
      { weekdays: ['friday', 'sunday'], times: [{ start_time: '22:00', end_time: '24:00' }], location: 'UTC' },
      { weekdays: ['saturday', 'monday'], times: [{ start_time: '00:00', end_time: '06:00' }], location: 'UTC' },
    ]);
  });

  it('of days of a month, they are ranges', () => {
    const daysOfMonth = [
      { from: 24, to: 26 },
      { from: -1, to: -1 },
    ];
    expect(intervals({ daysOfMonth, months: ['december'], timeZone: 'Europe/Berlin' })).toEqual([
      { days_of_month: ['24:26', '-1:-1'], months: ['december'], location: 'Europe/Berlin' },
    ]);
  });

  it('a route is mute in it, or outside of it', () => {
    const muteTimes = [{ name: 'nights', hours: { from: '00:00', to: '06:00' } }];
    const routes = [{ receiver: 'operators', mute: ['nights'], active: ['nights'] }];
    expect(config(withOptions({ receivers: [DISCORD], routes, muteTimes })).at('route.routes.0')).toEqual({
      receiver: 'operators',
      mute_time_intervals: ['nights'],
      active_time_intervals: ['nights'],
    });
  });
});

test('matchers are those of Alertmanager, in routes and inhibitions', () => {
  const matchers = ['a="1"', 'b!="2"', 'c=~"x|\\\\d"', 'd !~ "y"'];
  const objects = withOptions({
    receivers: [DISCORD],
    routes: [{ receiver: 'operators', severities: ['info'], matchers }],
    inhibit: [{ while: { matchers: ['e="5"'] }, silence: { matchers }, equal: [] }],
  });
  const written = ['a="1"', 'b!="2"', 'c=~"x|\\\\d"', 'd!~"y"'];
  expect(config(objects).at('route.routes.0.matchers')).toEqual(['severity="info"', ...written]);
  expect(config(objects).at('inhibit_rules.3')).toEqual({ source_matchers: ['e="5"'], target_matchers: written });
});

describe('given templates of the stack file', () => {
  const receivers = [{ ...DISCORD, title: '{{ template "team.title" . }}', text: 'words' }];
  const objects = withOptions({ receivers, templates: { 'team.title': '{{ .Status }}' } });

  it('they stand in a file of their own, and texts take the place of the stack’s', () => {
    expect(find(objects, 'ConfigMap').data).toMatchObject({
      'own.tmpl': '{{ define "team.title" }}{{ .Status }}{{ end }}\n',
    });
    expect(config(objects).at('receivers.1.discord_configs.0')).toMatchObject({
      title: '{{ template "team.title" . }}',
      message: 'words',
    });
  });

  it('another text rolls the pods', () => {
    const hash = (text: string) =>
      podOf(withOptions({ receivers, templates: { 'team.title': text } })).metadata.annotations[
        'spywatcher-logs/config-hash'
      ];
    expect(hash('a')).not.toBe(hash('b'));
  });
});

test.each(STACK_TEMPLATES)('a text may call %s, which every stack defines', (name) => {
  expect(find(withOptions(), 'ConfigMap').data['spywatcher.tmpl']).toContain(`{{ define "${name}" }}`);
});

test.each([
  ['critical', 'P1'],
  ['warning', 'P2'],
  ['info', 'P5'],
])('an %s alert has priority %s', (severity, priority) => {
  const objects = withOptions({
    receivers: [{ name: 'on-call', type: 'opsgenie', priorities: { warning: 'P2' }, egress: EGRESS }],
  });
  const template = String(config(objects).at('receivers.1.opsgenie_configs.0.priority'));
  const branch = severity === 'warning' ? '{{ else }}' : `eq .CommonLabels.severity "${severity}" }}`;
  expect(template.split(branch)[1]).toMatch(new RegExp(`^${priority}\\b`));
});

test.each<readonly [string, Receiver]>([
  ['discord', DISCORD],
  ['mattermost', { name: 'operators', type: 'mattermost', egress: EGRESS }],
  ['telegram', { name: 'operators', type: 'telegram', chatId: -1, egress: EGRESS }],
  ['pushover', { name: 'operators', type: 'pushover', egress: EGRESS }],
])('given a receiver of type %s, no secret stands in the ConfigMap, but its file', (_, one) => {
  const files = find(withOptions({ receivers: [one] }), 'ConfigMap').data['alertmanager.yml'] ?? '';
  expect(files).toMatch(/_file: \/etc\/alertmanager\/receivers\/operators\n/);
  expect(files).not.toMatch(/(?:token|key|webhook_url|api_url): /);
});

test('given a source of incident.io, it is a part of the URL, whatever its characters are', () => {
  const objects = withOptions({
    receivers: [{ name: 'on-call', type: 'incidentio', source: '%s01', egress: EGRESS }],
  });
  const url = config(objects).at('receivers.1.incidentio_configs.0.url');
  expect(url).toBe('https://api.incident.io/v2/alert_events/alertmanager/%25s01');
});

describe('given every option, Alertmanager', () => {
  const objects = rendered(everythingConfig());

  it('is in the configured namespace, all of it', () => {
    for (const { metadata } of objects) expect(metadata.namespace).toBe('watch');
  });
});
