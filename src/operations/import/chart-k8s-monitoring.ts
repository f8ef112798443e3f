/** Values of the k8s-monitoring chart, of which logs of pods are this project's. */
import { isMapping } from '../../config/mapping';
import { destinationOf } from './destination';
import type { Found } from './found';
import { leaves, missing, type Outcome, type Row, taken } from './source';

/** Parts of the chart that read something else. */
const NOT_LOGS = [
  ...['clusterMetrics', 'hostMetrics', 'costMetrics', 'applicationObservability', 'autoInstrumentation', 'profiling'],
  ...['annotationAutodiscovery', 'prometheusOperatorObjects', 'integrations', 'alloy-metrics', 'alloy-receiver'],
  ...['alloy-profiles', 'alloy-singleton', 'metrics', 'telemetryServices', 'profilesReceiver'],
];

export const CHART_K8S_MONITORING: readonly Row<Found>[] = [
  { from: 'cluster.name', read: (value, found) => found.put('cluster', value) },
  { from: 'destinations', read: readDestinations },
  { from: 'externalServices.loki', read: (value, found) => readLoki(value, found) },
  { from: 'podLogs.enabled', read: () => taken('agent') },
  { from: 'podLogs.excludeNamespaces', read: (value, found) => found.put('agent.excludeNamespaces', value) },
  { from: 'podLogs.namespaces', read: () => missing('all namespaces are read but `agent.excludeNamespaces`') },
  {
    from: 'podLogs.labels',
    read: () => missing('labels of lines follow from the log model, and `agent.podLabels`: docs/sources.md'),
  },
  {
    from: 'podLogs.structuredMetadata',
    read: () => missing('what is structured metadata follows from the log model, and `agent.podLabels`'),
  },
  {
    from: 'podLogs.extraLogProcessingStages',
    read: () => missing('stages of Alloy: `agent.extract`, `agent.drop`, `agent.redact`'),
  },
  { from: 'alloy-logs.controller.tolerations', read: (value, found) => found.put('pods.collector.tolerations', value) },
  {
    from: 'alloy-logs.controller.nodeSelector',
    read: (value, found) => found.put('pods.collector.nodeSelector', value),
  },
  ...leaves<Found>('the agent is the OpenTelemetry Collector', 'alloy-logs', 'podLogs', 'alloy-operator'),
  ...leaves<Found>('it is not about logs', ...NOT_LOGS),
  ...leaves<Found>('events and the journal are not collected: docs/agents.md', 'clusterEvents', 'nodeLogs'),
  ...leaves<Found>('it is about the chart itself', 'global', 'nameOverride', 'selfReporting', 'externalServices'),
];

/** Where the agents send to. The one of type `loki` is the stack's own now, unless it is another cluster's. */
function readDestinations(value: unknown, found: Found): Outcome {
  const all = Array.isArray(value)
    ? value.filter(isMapping)
    : isMapping(value)
      ? Object.entries(value).map(([name, one]) => ({ name, ...(isMapping(one) ? one : {}) }))
      : [];
  const loki = all.find((one) => isMapping(one) && 'type' in one && one['type'] === 'loki');
  return loki === undefined ? missing('none of them is a Loki') : readLoki(loki, found);
}

/** Agents of a cluster whose lines go to the Loki of another one are a stack of their own. */
function readLoki(value: unknown, found: Found): Outcome {
  if (!isMapping(value)) return missing('it is no mapping');
  found.put('agent.type', 'collector');
  const { tenantId, url, host, auth } = value;
  if (typeof tenantId === 'string') found.agentTenant ??= tenantId;
  const address = typeof url === 'string' ? url : host;
  if (typeof address !== 'string' || !URL.canParse(address)) return taken('agent');
  const destination = destinationOf(address);
  if (destination['namespace'] !== undefined) return taken('agent');
  found.put('components', ['agent']);
  found.isAgentAlone = true;
  const user = isMapping(auth) ? auth['username'] : undefined;
  if (typeof user === 'string') found.put('agent.credential', user);
  if (isMapping(auth) && auth['password'] !== undefined)
    found.note('The agents’ password is a secret of this stack: `npm run secrets`.');
  found.note('`agent.gateway.egress` allows every address outside of the cluster. Narrow it to that of the gateway.');
  return found.put('agent.gateway', { url: new URL(address).origin, egress: [destination] });
}
