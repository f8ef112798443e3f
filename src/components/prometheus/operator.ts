import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { metricRuleGroups } from '../../alerts/metric-rule-groups';
import { stackRules } from '../../alerts/stack-rules';
import type { StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import { formatDuration } from '../../config/units';
import { CLUSTER_LABEL } from '../../log-model';
import { objectLabels, PROMETHEUS, selectorLabels } from '../kit/identity';
import { type ScrapeJob, scrapeJobs } from './scrape-jobs';

const API = 'monitoring.coreos.com/v1';

/** A relabelling with the keys of the operator. */
type Relabelling = Readonly<Record<string, unknown>>;

/** Monitors and rules for a Prometheus Operator: it scrapes the stack, and evaluates the stack's own alerts. */
export class OperatorMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const { namespaces, monitoring, cluster } = props;
    const { labels = {}, ruleLabels = {} } = monitoring.operator ?? {};
    const interval = formatDuration(monitoring.scrapeInterval);
    for (const jobs of bySource(scrapeJobs(props))) {
      const [{ component, namespace, paths }] = jobs;
      // A PodMonitor selects the pods themselves, because several Services may select them.
      const ofPods = paths === undefined;
      const endpoints = jobs.flatMap((job) => endpointsOf(job, interval));
      new ApiObject(this, `monitor-${component.name}`, {
        apiVersion: API,
        kind: ofPods ? 'PodMonitor' : 'ServiceMonitor',
        metadata: { name: component.name, namespace, labels: { ...objectLabels(component), ...labels } },
        spec: {
          selector: { matchLabels: { ...selectorLabels(component) } },
          namespaceSelector: { matchNames: [namespace] },
          [ofPods ? 'podMetricsEndpoints' : 'endpoints']: endpoints,
        },
      });
    }
    new ApiObject(this, 'rules', {
      apiVersion: API,
      kind: 'PrometheusRule',
      metadata: {
        name: 'spywatcher-logs-stack',
        namespace: hasAgentsAlone(props) ? namespaces.agents : namespaces.logging,
        labels: { ...objectLabels(PROMETHEUS), ...ruleLabels },
      },
      // That Prometheus has external labels of its own.
      spec: metricRuleGroups(
        stackRules(props),
        props.alerting.runbooks,
        cluster === undefined ? {} : { [CLUSTER_LABEL]: cluster },
      ),
    });
  }
}

/** Jobs behind one Service share one monitor. */
function bySource(jobs: readonly ScrapeJob[]): readonly (readonly [ScrapeJob, ...ScrapeJob[]])[] {
  const sources = new Map<string, [ScrapeJob, ...ScrapeJob[]]>();
  for (const job of jobs) {
    const known = sources.get(job.service);
    if (known === undefined) sources.set(job.service, [job]);
    else known.push(job);
  }
  return [...sources.values()];
}

function endpointsOf({ job, portName, paths }: ScrapeJob, interval: string): readonly Relabelling[] {
  const label = (targetLabel: string, replacement: string): Relabelling => ({
    action: 'replace',
    targetLabel,
    replacement,
  });
  const endpoint = { port: portName, interval };
  const named = label('job', job);
  if (paths === undefined) return [{ ...endpoint, path: '/metrics', relabelings: [named] }];
  // Every gateway answers with the metrics of the same Loki. So a series is named after that Loki, not after the gateway.
  return paths.map(({ path, pod }) => ({
    ...endpoint,
    path,
    relabelings: [
      named,
      label('instance', pod),
      label('pod', pod),
      { action: 'labeldrop', regex: 'container|endpoint' },
    ],
  }));
}
