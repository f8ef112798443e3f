/** Values of the Promtail chart. */
import { isMapping } from '../../config/mapping';
import type { Found } from './found';
import { podRows } from './pods';
import { leaves, left, missing, type Outcome, type Row, secret } from './source';

type PromtailRow = Row<Found>;

export const CHART_PROMTAIL: readonly PromtailRow[] = [
  ...podRows('', 'promtail'),
  { from: 'config.clients', read: readClients },
  { from: 'config.snippets.pipelineStages', read: readStages },
  {
    from: 'config.snippets.extraScrapeConfigs',
    read: () => missing('log files on nodes are `agent.files`; other sources of Promtail have no counterpart'),
  },
  {
    from: 'config.snippets.scrapeConfigs',
    read: () => missing('pods and their labels are read as docs/sources.md says; log files on nodes are `agent.files`'),
  },
  {
    from: 'config.snippets.extraRelabelConfigs',
    read: () => missing('labels of lines follow from the log model, and `agent.podLabels`: docs/sources.md'),
  },
  { from: 'config.file', read: () => missing('a whole config of Promtail is not read') },
  { from: 'imagePullSecrets', read: () => left('`images.pullSecrets` is that of all pods') },
  ...leaves<Found>(
    'what each program writes is read as docs/sources.md says',
    'config.snippets.common',
    'config.snippets.addScrapeJobLabel',
  ),
  ...leaves<Found>(
    'the stack sets it itself',
    'config.serverPort',
    'config.logLevel',
    'config.logFormat',
    'config.positions',
    'config.enabled',
    'config.enableTracing',
    'containerPort',
    'daemonset',
    'deployment',
    'serviceAccount',
    'rbac',
    'podSecurityPolicy',
    'namespace',
    'secret',
    'configmap',
    'initContainer',
    'hostNetwork',
  ),
  ...leaves<Found>('the image is pinned: `images.promtail`', 'image', 'global'),
  ...leaves<Found>(
    'scrape targets and dashboards are part of a stack: `monitoring`',
    'serviceMonitor',
    'extraPorts',
    'networkPolicy',
  ),
  ...leaves<Found>('it reads `/var/log/pods`, which is mounted', 'defaultVolumes', 'defaultVolumeMounts'),
  ...leaves<Found>('it is about the chart itself', 'nameOverride', 'fullnameOverride', 'enabled'),
];

/** Where the lines go: to the stack's own gateway now. */
function readClients(value: unknown, found: Found): Outcome {
  const clients = Array.isArray(value) ? value.filter(isMapping) : [];
  const tenants = clients.flatMap(({ tenant_id: tenant }) => (typeof tenant === 'string' ? [tenant] : []));
  found.agentTenant ??= tenants[0];
  if (clients.length > 1)
    found.note('Promtail sent to several places. Further ones are `agent.also`, which the Collector has.');
  const labels = clients.map((client) => client['external_labels']).find(isMapping);
  if (labels !== undefined) {
    const { cluster, ...others } = labels;
    if (typeof cluster === 'string') found.put('cluster', cluster);
    for (const [name, labelValue] of Object.entries(others)) {
      const outcome = found.put(`agent.labels.${name}`, labelValue);
      if (outcome.kind === 'missing') found.note(`Lines lose their label ${name}: ${outcome.why ?? ''}.`);
    }
  }
  return clients.some((client) => client['basic_auth'] !== undefined)
    ? secret('`npm run secrets`, which makes the agent’s password')
    : left('the agent sends to the stack’s own gateway');
}

/** What the container runtime adds is always read. */
function readStages(value: unknown): Outcome {
  const stages = Array.isArray(value) ? value.filter(isMapping).flatMap(Object.keys) : [];
  const own = stages.filter((stage) => !['cri', 'docker'].includes(stage));
  return own.length === 0
    ? left('what the container runtime adds is always read')
    : missing(
        `stages ${own.join(', ')}: what may be said is in docs/sources.md: formats, \`agent.extract\`, \`agent.drop\`, \`agent.redact\``,
      );
}
