/** How the stack is scraped: by its own Prometheus, by an operator's, by annotations, or by nobody. */
import { stackRules } from '../../../../src/alerts/stack-rules';
import { OperatorMonitoring, Prometheus } from '../../../../src/components/prometheus';
import { prometheusConfig } from '../../../../src/components/prometheus/config';
import { CANARY, configWith, everythingConfig, HA } from '../../../support/config';
import {
  containerOf,
  find,
  identify,
  type Manifest,
  ofKind,
  podOf,
  render,
  renderStack,
  yamlOf,
} from '../../../support/manifests';

const ofMonitoring = (objects: readonly Manifest[]) => objects.map(identify);
const annotationsOf = (objects: readonly Manifest[]) =>
  objects.flatMap((object) => {
    const own = object.metadata.annotations;
    const template = object.kind === 'DaemonSet' ? object.spec.template.metadata.annotations : undefined;
    return [own, template].flatMap((annotations) =>
      annotations?.['prometheus.io/scrape'] === undefined
        ? []
        : [[object.metadata.name, annotations['prometheus.io/port'], annotations['prometheus.io/path']]],
    );
  });

describe('given a dev stack, its Prometheus', () => {
  const config = configWith();
  const objects = render((scope) => new Prometheus(scope, 'prometheus', config));

  it('asks no API server: it has no token, and discovers nothing but addresses behind names', () => {
    expect(podOf(objects).spec.automountServiceAccountToken).toBe(false);
    const text = JSON.stringify(prometheusConfig(config));
    expect(text).not.toContain('kubernetes_sd_configs');
    expect(text).toContain('"names":["promtail-metrics.logging-agents.svc"]');
    expect(find(renderStack(config), 'Service', 'promtail-metrics')).toMatchObject({
      metadata: { namespace: 'logging-agents' },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true },
    });
  });

  it('scrapes each Loki by its path at the gateway, under its own name', () => {
    expect(yamlOf(objects, 'prometheus-config', 'prometheus.yaml').at('scrape_configs.0')).toEqual({
      job_name: 'loki',
      static_configs: [
        {
          targets: ['gateway-metrics.logging.svc:8081'],
          labels: { __metrics_path__: '/loki-0/metrics', instance: 'loki-0' },
        },
      ],
    });
  });

  it('scrapes the gateway itself where that has a certificate, and there alone', () => {
    const jobs = (of: typeof config): unknown => prometheusConfig(of)['scrape_configs'];
    const gateway = {
      job_name: 'gateway',
      static_configs: [
        {
          targets: ['gateway-metrics.logging.svc:8081'],
          labels: { __metrics_path__: '/metrics', instance: 'gateway' },
        },
      ],
    };
    expect(jobs(configWith({ gateway: { tls: {} } }))).toContainEqual(gateway);
    expect(jobs(config)).not.toContainEqual(gateway);
  });

  it('keeps metrics for the time, and within four fifths of its volume', () => {
    expect(yamlOf(objects, 'prometheus-config', 'prometheus.yaml').at('storage')).toEqual({
      tsdb: { retention: { time: '360h', size: '8192MB' } },
    });
  });

  it('takes nothing from outside: without recording rules, no remote write', () => {
    expect(containerOf(objects).args).not.toContain('--web.enable-remote-write-receiver');
    const { ingress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(JSON.stringify(ingress)).not.toContain('"loki"');
  });

  it('is Grafana’s second datasource', () => {
    const stack = renderStack(config);
    expect(yamlOf(stack, 'grafana-provisioning', 'datasources.yaml').at('datasources.1.url')).toBe(
      'http://prometheus.logging.svc:9090',
    );
  });

  it('tells nobody of alerts where there is no Alertmanager', () => {
    expect(prometheusConfig(configWith({ alertmanager: { type: 'none' } }))).not.toHaveProperty('alerting');
    expect(
      prometheusConfig(
        configWith({
          alertmanager: {
            type: 'external',
            urls: ['https://alerts.example.com', 'http://alerts.tools.svc:9093'],
            egress: [443, 9093].map((port) => ({ cidr: '203.0.113.0/24', port })),
          },
        }),
      ),
    ).toMatchObject({
      alerting: {
        alertmanagers: [
          { scheme: 'https', static_configs: [{ targets: ['alerts.example.com:443'] }] },
          { scheme: 'http', static_configs: [{ targets: ['alerts.tools.svc:9093'] }] },
        ],
      },
    });
  });
});

describe('given every option, the Prometheus', () => {
  const all = everythingConfig();
  const objects = render((scope) => new Prometheus(scope, 'prometheus', all));

  it('scrapes what the config names, each address of it, and may reach it', () => {
    const { egress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(prometheusConfig(all)).toMatchObject({
      scrape_configs: expect.arrayContaining([
        {
          job_name: 'backend',
          metrics_path: '/internal/metrics',
          dns_sd_configs: [{ names: ['backend.shop.svc'], type: 'A', port: 3001 }],
        },
      ]) as unknown,
    });
    expect(JSON.stringify(egress)).toContain('"shop"');
  });
});

describe('given a stack in which no Grafana runs', () => {
  const [parked, running] = [configWith({ grafana: { replicas: 0 } }), configWith()];
  const nameGrafana = (config: typeof parked): readonly string[] =>
    stackRules(config)
      .filter(({ expr }) => expr.includes('"grafana"'))
      .map(({ name }) => name);

  it('its Prometheus scrapes none, and reaches none', () => {
    const objects = render((scope) => new Prometheus(scope, 'prometheus', parked));
    expect(JSON.stringify(prometheusConfig(running))).toContain('grafana-metrics');
    expect(JSON.stringify(prometheusConfig(parked))).not.toContain('grafana');
    expect(JSON.stringify(find(objects, 'NetworkPolicy').spec.egress)).not.toContain('grafana');
  });

  it('no alert misses one', () => {
    expect(nameGrafana(running)).toEqual(['TargetDown', 'TargetMissing', 'MemoryNearLimit']);
    expect(nameGrafana(parked)).toEqual([]);
  });

  it('its Deployment is there, without a pod or a disruption budget', () => {
    const objects = renderStack(parked);
    const grafana = ofKind(objects, 'Deployment').find(({ metadata }) => metadata.name === 'grafana');
    expect(grafana?.spec.replicas).toBe(0);
    expect(ofKind(objects, 'PodDisruptionBudget')).toEqual([]);
  });
});

describe('given recording rules and no other place for them', () => {
  const objects = render(
    (scope) =>
      new Prometheus(
        scope,
        'prometheus',
        configWith({ alerting: { recording: [{ record: 'lines:rate5m', expr: 'sum(rate({job=~".+"}[5m]))' }] } }),
      ),
  );

  it('the Prometheus takes what Loki’s ruler writes, and nobody else may write', () => {
    expect(containerOf(objects).args).toContain('--web.enable-remote-write-receiver');
    expect(JSON.stringify(find(objects, 'NetworkPolicy').spec.ingress)).toContain('"loki"');
  });
});

describe('given an operator', () => {
  const config = configWith({
    ...HA,
    ...CANARY,
    monitoring: { type: 'operator', operator: { labels: { release: 'metrics' }, ruleLabels: { role: 'rules' } } },
  });
  const objects = render((scope) => new OperatorMonitoring(scope, 'monitoring', config));

  it('has a monitor of the gateway’s metrics, one of the agents, and the rules', () => {
    expect(ofMonitoring(objects)).toEqual([
      'ServiceMonitor logging/gateway',
      'PodMonitor logging-agents/promtail',
      'PodMonitor logging/grafana',
      'PodMonitor logging/canary',
      'PrometheusRule logging/spywatcher-logs-stack',
    ]);
    expect(objects.map(({ metadata }) => metadata.labels)).toEqual([
      ...Array.from({ length: 4 }, () => expect.objectContaining({ release: 'metrics' }) as unknown),
      expect.objectContaining({ role: 'rules' }),
    ]);
  });

  it('names each series by the pod that it is about, and not by the gateway that it came through', () => {
    const { endpoints } = find(objects, 'ServiceMonitor').spec as unknown as {
      readonly endpoints: readonly { readonly path: string; readonly relabelings: readonly object[] }[];
    };
    expect(endpoints.map(({ path }) => path)).toEqual([
      '/loki-0/metrics',
      '/loki-1/metrics',
      '/loki-2/metrics',
      '/alertmanager-0/metrics',
      '/compactor-0/metrics',
    ]);
    expect(endpoints[0]?.relabelings).toEqual([
      { action: 'replace', targetLabel: 'job', replacement: 'loki' },
      { action: 'replace', targetLabel: 'instance', replacement: 'loki-0' },
      { action: 'replace', targetLabel: 'pod', replacement: 'loki-0' },
      { action: 'labeldrop', regex: 'container|endpoint' },
    ]);
  });

  it('asks for series of its own namespaces alone: the Prometheus may scrape another Loki', () => {
    const { groups } = find(objects, 'PrometheusRule').spec as unknown as {
      readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
    };
    const exprs = groups.flatMap(({ rules }) => rules).map(({ expr }) => expr);
    for (const expr of exprs.filter((text) => !text.includes('certmanager_')))
      expect(expr).toMatch(/namespace="logging(-agents)?"/);
  });

  it('has no Prometheus of its own, and Grafana asks the other', () => {
    const stack = renderStack(config);
    expect(ofKind(stack, 'StatefulSet').map(({ metadata }) => metadata.name)).not.toContain('prometheus');
    expect(yamlOf(stack, 'grafana-provisioning', 'datasources.yaml').at('datasources.1.url')).toBe(
      'http://prometheus.monitoring.svc:9090',
    );
  });
});

describe('given annotations', () => {
  it('marks the agents’ pods, and for each pod behind the gateway a Service with its path', () => {
    const stack = renderStack(configWith({ monitoring: { type: 'annotations' } }));
    expect(annotationsOf(stack)).toEqual([
      ['gateway-loki-0-scrape', '8081', '/loki-0/metrics'],
      ['gateway-alertmanager-0-scrape', '8081', '/alertmanager-0/metrics'],
      ['promtail', '9080', '/metrics'],
    ]);
  });

  it('marks the gateway itself as well where it has a certificate', () => {
    const stack = renderStack(configWith({ monitoring: { type: 'annotations' }, gateway: { tls: {} } }));
    expect(annotationsOf(stack)).toContainEqual(['gateway-scrape', '8081', '/metrics']);
  });

  it('marks nothing where somebody else knows what to scrape, or nobody does', () => {
    for (const type of ['embedded', 'operator', 'none'] as const)
      expect(annotationsOf(renderStack(configWith({ monitoring: { type } })))).toEqual([]);
  });
});

it('given none, there is nothing that scrapes', () => {
  const stack = renderStack(configWith({ monitoring: { type: 'none' } }));
  expect(stack.filter(({ metadata }) => metadata.name.startsWith('prometheus'))).toEqual([]);
  expect(stack.filter(({ metadata }) => metadata.name === 'promtail-metrics')).toEqual([]);
});
