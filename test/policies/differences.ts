/** Where the rendered policies differ from the rows of the matrix: cyclonus evaluates them for everyone, or Cilium's own engine. */
import {
  agentOf,
  AGENTS,
  ALERTMANAGER,
  CANARY,
  COMPACTOR,
  GATEWAY,
  GRAFANA,
  LOKI,
  PROMETHEUS,
  selectorLabels,
} from '../../src/components/kit/identity';
import { evaluate as byCilium } from '../support/cilium';
import { evaluate as byCyclonus } from '../support/cyclonus';
import type { End, Verdict } from '../support/traffic';
import { podTemplates, type RenderedStack } from '../../programs/rendered-stack';
import { COMPONENTS, PARTIES, type Party, type Row, TRIED } from './matrix';

/** The labels that the API server and the manifests give a namespace. */
function namespaceLabels({ objects }: RenderedStack, namespace: string): Readonly<Record<string, string>> {
  const object = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  return { ...object?.metadata.labels, 'kubernetes.io/metadata.name': namespace };
}

/** Everyone, as the policies see them. Pods have addresses of a usual pod network. */
function ends(rendered: RenderedStack): Readonly<Record<Party, End>> {
  const { logging, agents } = rendered.config.namespaces;
  const pod = (namespace: string, labels: Readonly<Record<string, string>>, ip: string): End => ({
    ip,
    pod: { namespace, namespaceLabels: namespaceLabels(rendered, namespace), labels },
  });
  const template = (component: (typeof COMPONENTS)[number]) => {
    const found = podTemplates(rendered).find(({ name }) => name === component);
    if (found !== undefined) return { namespace: found.namespace, labels: found.metadata.labels };
    const agent = Object.values(AGENTS).find(({ name }) => name === component);
    if (agent !== undefined) return { namespace: agents, labels: selectorLabels(agent) };
    const identity = [GATEWAY, LOKI, GRAFANA, COMPACTOR, ALERTMANAGER, PROMETHEUS, CANARY].find(
      ({ name }) => name === component,
    );
    if (identity === undefined) throw new Error(`stack ${rendered.name} has no workload ${component}`);
    // A stack without one, and a pod that calls itself so.
    return { namespace: logging, labels: selectorLabels(identity) };
  };
  const component = (name: (typeof COMPONENTS)[number], ip: string): End => {
    const { namespace, labels } = template(name);
    return pod(namespace, labels, ip);
  };
  return {
    promtail: component('promtail', '10.244.0.10'),
    collector: component('collector', '10.244.0.18'),
    gateway: component('gateway', '10.244.0.11'),
    loki: component('loki', '10.244.0.12'),
    grafana: component('grafana', '10.244.0.13'),
    compactor: component('compactor', '10.244.0.14'),
    alertmanager: component('alertmanager', '10.244.0.15'),
    prometheus: component('prometheus', '10.244.0.16'),
    canary: component('canary', '10.244.0.17'),
    'unknown pod of logging': pod(logging, { app: 'unknown' }, '10.244.0.20'),
    'unknown pod of logging-agents': pod(agents, { app: 'unknown' }, '10.244.0.21'),
    'pod of logging-agents labelled as gateway': pod(agents, template('gateway').labels, '10.244.0.22'),
    app: pod('shop', { 'app.kubernetes.io/name': 'backend' }, '10.244.0.30'),
    'app labelled as promtail': pod('shop', template('promtail').labels, '10.244.0.31'),
    'app labelled as collector': pod('shop', template('collector').labels, '10.244.0.19'),
    'app labelled as gateway': pod('shop', template('gateway').labels, '10.244.0.32'),
    'app labelled as loki': pod('shop', template('loki').labels, '10.244.0.33'),
    'app labelled as grafana': pod('shop', template('grafana').labels, '10.244.0.34'),
    'app labelled as alertmanager': pod('shop', template('alertmanager').labels, '10.244.0.28'),
    'app labelled as canary': pod('shop', template('canary').labels, '10.244.0.24'),
    'app labelled as compactor': pod('shop', template('compactor').labels, '10.244.0.38'),
    'app labelled as prometheus': pod('shop', template('prometheus').labels, '10.244.0.26'),
    'app labelled as identity provider': pod('shop', { app: 'keycloak' }, '10.244.0.39'),
    'app labelled as alert bot': pod('shop', { app: 'alert-bot' }, '10.244.0.27'),
    'app labelled as backend': pod('shop', { app: 'backend' }, '10.244.0.25'),
    'app labelled as database': pod('shop', { app: 'postgres' }, '10.244.0.29'),
    'app labelled as Tempo': pod('shop', { app: 'tempo' }, '10.244.0.92'),
    'app labelled as kube-dns': pod('shop', { 'k8s-app': 'kube-dns' }, '10.244.0.35'),
    'app labelled as listed client': pod('shop', { app: 'logcli' }, '10.244.0.93'),
    'listed client': pod('tools', { app: 'logcli' }, '10.244.0.36'),
    'pod beside the listed client': pod('tools', { app: 'other' }, '10.244.0.37'),
    'ingress controller': pod('ingress-nginx', { 'app.kubernetes.io/name': 'ingress-nginx' }, '10.244.0.40'),
    monitoring: pod('monitoring', { 'app.kubernetes.io/name': 'prometheus' }, '10.244.0.41'),
    'Cilium’s ingress': { ip: '10.244.0.44', entities: ['ingress'] },
    'listed address': { ip: '192.0.2.33' },
    'address beside the listed one': { ip: '192.0.2.48' },
    'kube-dns': pod('kube-system', { 'k8s-app': 'kube-dns' }, '10.244.0.42'),
    'OpenShift’s DNS': pod('openshift-dns', { 'dns.operator.openshift.io/daemonset-dns': 'default' }, '10.244.0.45'),
    // Depending on its version, Cilium takes it for the node or for an address.
    'DNS on the node, by its address': { ip: '169.254.20.10' },
    'DNS on the node': { ip: '169.254.20.10', entities: ['host'] },
    'other pod of kube-system': pod('kube-system', { 'k8s-app': 'metrics-server' }, '10.244.0.43'),
    'identity provider': pod('identity', { app: 'keycloak' }, '10.244.0.50'),
    'pod beside the identity provider': pod('identity', { app: 'other' }, '10.244.0.51'),
    database: pod('databases', { app: 'postgres' }, '10.244.0.52'),
    'pod beside the database': pod('databases', { app: 'other' }, '10.244.0.53'),
    backend: pod('spywatcher', { app: 'backend' }, '10.244.0.56'),
    'pod beside the backend': pod('spywatcher', { app: 'other' }, '10.244.0.57'),
    GitHub: { ip: '140.82.121.4' },
    'LDAP server': { ip: '198.51.100.5' },
    'address beside the LDAP server': { ip: '198.51.100.6' },
    Tempo: pod('tracing', { app: 'tempo' }, '10.244.0.90'),
    'pod beside Tempo': pod('tracing', { app: 'other' }, '10.244.0.91'),
    'plugin server': { ip: '198.51.100.61' },
    proxy: { ip: '198.51.100.70' },
    'address beside the proxy': { ip: '198.51.100.71' },
    'mail server': { ip: '198.51.100.25' },
    // In the range that Pulumi.prod.yaml names.
    Discord: { ip: '162.159.137.232' },
    Telegram: { ip: '149.154.167.220' },
    'heartbeat service': { ip: '198.51.100.43' },
    'gateway of another cluster': { ip: '198.51.100.81' },
    'further destination': { ip: '198.51.100.77' },
    'address beside the further destination': { ip: '198.51.100.78' },
    'alert bot': pod('bots', { app: 'alert-bot' }, '10.244.0.54'),
    'pod beside the alert bot': pod('bots', { app: 'other' }, '10.244.0.55'),
    'another Alertmanager': { ip: '198.51.100.93' },
    // Cilium knows both, the second one as a node.
    'API server': { ip: '10.96.0.1', entities: ['kube-apiserver'] },
    'API server on its node': { ip: '172.18.0.2', entities: ['kube-apiserver', 'remote-node'] },
    'API server at a provider': { ip: '100.64.0.2' },
    'API server at home': { ip: '192.168.1.10' },
    'API server by IPv6': { ip: 'fd00:10:96::1' },
    // In the ranges that Pulumi.prod.yaml names.
    bucket: { ip: '52.219.47.11' },
    'bucket, second range': { ip: '3.5.136.9' },
    'address beside the bucket': { ip: '52.220.0.1' },
    'S3 server': pod('storage', { app: 'minio' }, '10.244.0.93'),
    'pod beside the S3 server': pod('storage', { app: 'other' }, '10.244.0.94'),
    'member of another ring': pod('loki', { 'app.kubernetes.io/part-of': 'memberlist' }, '10.244.0.95'),
    'pod beside the other ring': pod('loki', { app: 'loki-canary' }, '10.244.0.96'),
    internet: { ip: '93.184.215.14' },
    'internet by IPv6': { ip: '2606:2800:21f::1' },
    'cloud metadata': { ip: '169.254.169.254' },
    'cloud metadata by IPv6': { ip: 'fd00:ec2::254' },
    'cloud metadata behind a NAT64': { ip: '64:ff9b::a9fe:a9fe' },
  };
}

export const key = ({ from, to, port, protocol }: Row): string => `${from} → ${to}:${port}/${protocol}`;

/** What no row mentions, between everyone and the stack's namespaces, on every port that anything listens on. */
export function unmentioned(rows: readonly Row[], rendered: RenderedStack): readonly Row[] {
  const mentioned = new Set(rows.map(key));
  const everyone = ends(rendered);
  const inStack = (party: Party): boolean => isInStack(everyone[party]);
  return PARTIES.flatMap((from) =>
    PARTIES.filter((to) => inStack(from) || inStack(to)).flatMap((to) =>
      TRIED.map((tried): Row => ({ from, to, ...tried, allowed: false, why: 'no row allows it' }))
        .filter((row) => !(from in AGENTS && mayBeApiServer(rendered, everyone[to], row)))
        // The kubelet is there: a node may reach its own pods, whatever the policies say.
        .filter(() => everyone[from].entities?.includes('host') !== true)
        .filter((row) => !(row.from === 'prometheus' && isOtherAgent(rendered, row)))
        .filter((row) => !mentioned.has(key(row))),
    ),
  );
}

/** Whether a row ends at the agent that is not the stack's, where the policy of both lets the stack's Prometheus in. */
function isOtherAgent({ config }: RenderedStack, { to, port }: Row): boolean {
  const agent = agentOf(config);
  return to in AGENTS && to !== agent.name && port === agent.ports.metrics;
}

/**
 * A NetworkPolicy cannot name the API server. By default the agent may try its ports on every private address; a stack that
 * knows the address says so, and Cilium knows it: then only the API server's own ports are left out here.
 */
function mayBeApiServer(rendered: RenderedStack, { ip, entities }: End, { port, protocol }: Row): boolean {
  const { cidrs, ports } = rendered.config.network.apiServer;
  const isPrivate = /^(10|100\.64|172\.18|192\.168)\./.test(ip);
  const isPrivateIpv6 = ip.startsWith('fd') && cidrs.includes('fc00::/7');
  const isThere =
    cidrs.length === 0
      ? entities?.includes('kube-apiserver') === true
      : cidrs.includes(`${ip}/32`) || (isPrivate && cidrs.includes('10.0.0.0/8')) || isPrivateIpv6;
  return protocol === 'TCP' && ports.includes(port) && isThere;
}

/** Whether a pod is in one of the stack's namespaces, which are closed. */
function isInStack({ pod }: End): boolean {
  return pod?.namespaceLabels['app.kubernetes.io/part-of'] === 'spywatcher-logs';
}

/** How a row and a verdict differ; `undefined` where they do not. */
function difference(row: Row, { egress, ingress }: Verdict, from: End, to: End): string | undefined {
  if (row.allowed) return egress && ingress ? undefined : `closed by ${egress ? 'ingress' : 'egress'}`;
  // Denied at each end that is the stack's: one policy loosened opens nothing by itself.
  const open = [...(isInStack(from) && egress ? ['egress'] : []), ...(isInStack(to) && ingress ? ['ingress'] : [])];
  return open.length === 0 ? undefined : `open by ${open.join(' and ')}`;
}

/** The programs that know what policies mean. */
export type Evaluators = Readonly<Record<(typeof EVALUATORS)[number], string>>;
export const EVALUATORS = ['cyclonus', 'cilium-policy'] as const;

/** Everything in which the policies differ from the rows, by row. */
export async function differences(
  programs: Evaluators,
  rendered: RenderedStack,
  rows: readonly Row[],
  policies: readonly object[] = policiesOf(rendered),
): Promise<Readonly<Record<string, string>>> {
  const everyone = ends(rendered);
  const traffic = rows.map(({ from, to, port, protocol }) => ({
    from: everyone[from],
    to: everyone[to],
    port,
    protocol,
  }));
  const verdicts = await (rendered.config.network.policies === 'cilium'
    ? byCilium(programs['cilium-policy'], policies, traffic)
    : byCyclonus(programs.cyclonus, policies, traffic));
  return Object.fromEntries(
    verdicts.flatMap((verdict, index) => {
      const row = rows[index];
      if (row === undefined) return [];
      const found = difference(row, verdict, everyone[row.from], everyone[row.to]);
      return found === undefined ? [] : [[key(row), found]];
    }),
  );
}

export const policiesOf = ({ objects }: RenderedStack) => objects.filter(({ kind }) => kind.endsWith('NetworkPolicy'));
