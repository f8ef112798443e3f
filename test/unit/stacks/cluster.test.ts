/** The name of a cluster: a label of all lines, of alerts, of metrics and of the dashboard of logs; and nothing where it is not set. */
import { metricRuleGroups } from '../../../src/alerts/metric-rule-groups';
import { tenantRules } from '../../../src/alerts';
import { lokiConfig } from '../../../src/components/loki/config';
import { prometheusConfig } from '../../../src/components/prometheus/config';
import type { StackConfigInput } from '../../../src/config';
import { logAggregationDashboard } from '../../../src/dashboards/log-aggregation';
import { configWith, refusals } from '../../support/config';
import { renderStack, yamlOf } from '../../support/manifests';

const FILES = [{ name: 'web', job: 'nginx', format: 'nginx', directory: '/var/log/web' }] as const;
const EAST = { cluster: 'east' } as const;

const promtailOf = (differences: Partial<StackConfigInput>) =>
  yamlOf(
    renderStack(configWith({ agent: { files: [...FILES] }, ...differences })),
    'promtail-config',
    'config.yaml',
  ).at('scrape_configs') as readonly {
    readonly pipeline_stages: readonly { readonly labelallow?: readonly string[] }[];
  }[];

describe('given a cluster with a name', () => {
  it('Promtail gives the label to the lines of all pods and of all files, and keeps it', () => {
    const configs = promtailOf(EAST);
    expect(configs).toHaveLength(3);
    for (const { pipeline_stages: stages } of configs) {
      expect(stages).toContainEqual({ static_labels: EAST });
      expect(stages.flatMap(({ labelallow = [] }) => labelallow)).toContain('cluster');
    }
  });

  it('the Collector gives the label to the records of all pods and of all files, and keeps it', () => {
    const stack = renderStack(configWith({ ...EAST, agent: { type: 'collector', files: [...FILES] } }));
    const processors = yamlOf(stack, 'collector-config', 'config.yaml').at('processors') as Readonly<
      Record<string, unknown>
    >;
    for (const name of ['transform/pods', 'transform/files'])
      expect(JSON.stringify(processors[name])).toContain(
        JSON.stringify('set(resource.attributes["cluster"], "east")').slice(1, -1),
      );
    expect(JSON.stringify(processors['transform/labels'])).toMatch(/keep_keys\(resource\.attributes, \[[^\]]*cluster/);
  });

  it('Loki makes a label of it where it comes by OTLP', () => {
    const { limits_config: limits } = JSON.parse(JSON.stringify(lokiConfig(configWith(EAST)))) as {
      readonly limits_config: {
        readonly otlp_config: {
          readonly resource_attributes: { readonly attributes_config: readonly { readonly attributes: string[] }[] };
        };
      };
    };
    expect(limits.otlp_config.resource_attributes.attributes_config[0]?.attributes).toContain('cluster');
  });

  it('every alert on lines is about one cluster, and says which', () => {
    const exprs = tenantRules(configWith(EAST))
      .flatMap(({ files }) => Object.values(files))
      .flatMap(({ groups }) => groups)
      .flatMap(({ rules }) => rules)
      .map(({ expr }) => expr);
    expect(exprs.length).toBeGreaterThan(10);
    for (const expr of exprs) {
      expect(expr).toMatch(/by \(cluster/);
      // Sums of which one is by cluster and the other is not would never be compared.
      expect(expr).not.toMatch(/\bsum ?\(|by \((?!cluster)/);
    }
  });

  it('a message names the cluster of each alert, without what could be markup', () => {
    const template = JSON.stringify(
      renderStack(configWith(EAST)).find(({ metadata }) => metadata.name === 'alertmanager-config'),
    );
    expect(template).toContain('{{ with .Labels.cluster }}, cluster {{ reReplaceAll');
  });

  it('metrics of the stack’s own Prometheus, and its alerts, have the label outside of it', () => {
    expect(prometheusConfig(configWith(EAST))['global']).toMatchObject({ external_labels: { cluster: 'east' } });
  });

  it('alerts of an operator’s Prometheus have it from their rule', () => {
    const rules = renderStack(configWith({ ...EAST, monitoring: { type: 'operator' } })).find(
      ({ kind }) => kind === 'PrometheusRule',
    ) as unknown as { readonly spec: ReturnType<typeof metricRuleGroups> };
    const [group] = rules.spec.groups as readonly { readonly rules: readonly { readonly labels: object }[] }[];
    expect(group?.rules.length).toBeGreaterThan(10);
    for (const { labels } of group?.rules ?? []) expect(labels).toMatchObject({ cluster: 'east' });
  });

  it('the dashboard of logs chooses by it in every query and every link', () => {
    const { templating, ...rest } = logAggregationDashboard(configWith(EAST));
    expect(templating.list?.[0]).toMatchObject({ name: 'cluster', multi: true, includeAll: true, allValue: '.*' });
    const text = JSON.stringify(rest);
    const selectors = text.match(/\{job=[^}]*\}/g) ?? [];
    expect(selectors.length).toBeGreaterThan(30);
    expect(selectors.filter((selector) => !selector.includes('cluster=~\\"$cluster\\"'))).toEqual([]);
    const linked = text.match(/%7Bjob.*?%7D/g) ?? [];
    expect(linked.length).toBeGreaterThan(20);
    expect(linked.filter((selector) => !selector.includes('${cluster:pipe}'))).toEqual([]);
  });

  it('retention and own rules can select by it', () => {
    const selecting = {
      retention: { streams: [{ selector: '{cluster="west"}', period: '10d' }] },
      alerting: {
        rules: [
          {
            name: 'WestFails',
            expr: 'sum(count_over_time({cluster="west"} |= "failed" [5m])) > 3',
            for: '5m',
            severity: 'warning',
            summary: 'West fails',
            description: '{{ $value }} failures.',
            runbook: 'https://wiki.example.com/west',
          },
        ],
      },
    } as const;
    expect(refusals({ ...EAST, ...selecting })).toEqual([]);
    expect(refusals(selecting).map(({ path }) => path)).toEqual([
      'retention.streams[0].selector',
      'alerting.rules[0].expr',
    ]);
  });
});

test('given a cluster without a name, nothing says cluster that would not without this option', () => {
  const stack = [
    { agent: { type: 'promtail' } },
    { agent: { type: 'collector' } },
    { monitoring: { type: 'operator' } },
  ] as const;
  for (const differences of stack) {
    const text = JSON.stringify(renderStack(configWith({ ...differences })));
    expect(text).not.toMatch(/"cluster"|\$cluster|by \(cluster|external_labels|Labels\.cluster/);
  }
});
