/**
 * The traffic matrix as data: who may talk to whom, and why. Ports are container ports.
 * What no row allows is denied, at every end that belongs to the stack.
 */
import { agentOf } from '../../src/components/kit/identity';
import { hasGrafanaMetrics, type StackConfig } from '../../src/config';
import { isBucket } from '../../src/config/derived/bucket';
import { hasAgentsAlone } from '../../src/config/derived/components';
import { proxyOf } from '../../src/config/derived/proxy';

/** The stack's own workloads. */
export const COMPONENTS = [
  'promtail',
  'collector',
  'gateway',
  'loki',
  'compactor',
  'grafana',
  'alertmanager',
  'prometheus',
  'canary',
] as const;

/** One of them is the stack's. While it takes over from the other, both are there, and they share a policy. */
const AGENTS = ['promtail', 'collector'] as const;

/** Everyone who could try. */
export const PARTIES = [
  ...COMPONENTS,
  // Pods that have no business in the stack's namespaces.
  'unknown pod of logging',
  'unknown pod of logging-agents',
  'pod of logging-agents labelled as gateway',
  // Pods elsewhere in the cluster.
  'app',
  'app labelled as promtail',
  'app labelled as collector',
  'app labelled as gateway',
  'app labelled as loki',
  'app labelled as compactor',
  'app labelled as grafana',
  'app labelled as prometheus',
  'app labelled as alertmanager',
  'app labelled as canary',
  'app labelled as kube-dns',
  'app labelled as identity provider',
  'app labelled as database',
  'app labelled as alert bot',
  'app labelled as backend',
  'app labelled as Tempo',
  'app labelled as listed client',
  'listed client',
  'pod beside the listed client',
  'listed address',
  'address beside the listed one',
  'ingress controller',
  'Cilium’s ingress',
  'monitoring',
  'kube-dns',
  'OpenShift’s DNS',
  'DNS on the node',
  'DNS on the node, by its address',
  'other pod of kube-system',
  // What alerts and recorded metrics go to.
  'alertmanager',
  // What Grafana may be configured with.
  'identity provider',
  'pod beside the identity provider',
  'database',
  'pod beside the database',
  // What the stack's Prometheus may be told to scrape.
  'backend',
  'pod beside the backend',
  'GitHub',
  'LDAP server',
  'address beside the LDAP server',
  'mail server',
  'Tempo',
  'pod beside Tempo',
  'plugin server',
  'proxy',
  'address beside the proxy',
  // What Alertmanager may be configured with.
  'Discord',
  'Telegram',
  'alert bot',
  'pod beside the alert bot',
  'another Alertmanager',
  'heartbeat service',
  // What the Collector may send to as well.
  'further destination',
  'address beside the further destination',
  // Where agents alone push to.
  'gateway of another cluster',
  // Addresses.
  'API server',
  'API server on its node',
  'API server at a provider',
  'API server at home',
  'API server by IPv6',
  'bucket',
  'bucket, second range',
  'address beside the bucket',
  // A server of buckets in the cluster.
  'S3 server',
  'pod beside the S3 server',
  // Another Loki, whose place this one takes.
  'member of another ring',
  'pod beside the other ring',
  'internet',
  'internet by IPv6',
  'cloud metadata',
  'cloud metadata by IPv6',
  'cloud metadata behind a NAT64',
] as const;
export type Party = (typeof PARTIES)[number];

export interface Row {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly allowed: boolean;
  readonly why: string;
}

/** What is tried wherever no row says anything. */
export const TRIED: readonly Pick<Row, 'port' | 'protocol'>[] = [
  ...[
    53, 80, 443, 587, 636, 3000, 3001, 3100, 3128, 3200, 3500, 3501, 5353, 5432, 6443, 7946, 8080, 8081, 8083, 8088,
    8443, 8888, 9000, 9080, 9090, 9093, 9094, 9095, 13_133,
  ].map((port) => ({
    port,
    protocol: 'TCP' as const,
  })),
  ...[53, 443, 5353, 9094].map((port) => ({ port, protocol: 'UDP' as const })),
];

/** The rows for a stack: some depend on what is configured. */
export function matrix(config: StackConfig): readonly Row[] {
  if (hasAgentsAlone(config)) return [...agentRows(config), ...AGENTS.flatMap((agent) => dnsRows(config, agent, true))];
  const { deployment, storage, grafana, network, monitoring, alerting, alertmanager } = config;
  const embedded = config.monitoring.type === 'embedded';
  const scrapes = embedded ? 'the stack’s own Prometheus scrapes it' : 'the stack has no Prometheus';
  const targets = monitoring.targets.length > 0;
  const canary = config.canary !== undefined;
  const noCanary = 'there is no canary';
  const metrics = hasGrafanaMetrics(config);
  const ring = deployment.mode === 'ha';
  const { expose } = config.gateway;
  const byLoadBalancer = expose?.type === 'loadBalancer';
  const byController = expose !== undefined && !byLoadBalancer;
  const records = alerting.enabled && alerting.recording.length > 0 && alerting.remoteWrite === undefined;
  const bucketEgress = isBucket(storage) ? storage.egress : [];
  const bucket = bucketEgress.some((destination) => 'cidr' in destination);
  const server = bucketEgress.some((destination) => 'namespace' in destination);
  const metadata = isBucket(storage) && storage.access.type === 'workloadIdentity';
  const ingress = grafana.ingress !== undefined || grafana.route !== undefined;
  const { login, database, smtp } = grafana;
  const clients = network.clients.length > 0;
  const byCilium = network.ingressController.type === 'cilium';
  const tells = alerting.enabled && alertmanager.type !== 'none';
  return [
    ...agentRows(config),

    ...rows('grafana', 'gateway', [8080], true, 'it queries with its read credential'),
    ...rows(
      'grafana',
      'monitoring',
      [9090],
      !embedded,
      embedded ? 'Prometheus is the stack’s own' : 'Prometheus is its second datasource',
    ),
    ...rows(
      'grafana',
      'prometheus',
      [9090],
      embedded,
      embedded ? 'its second datasource' : 'the stack has no Prometheus',
    ),
    ...rows('prometheus', 'gateway', [8081], embedded, scrapes),
    ...rows(
      'prometheus',
      'alertmanager',
      [9093],
      embedded && alertmanager.type === 'embedded',
      embedded && alertmanager.type === 'embedded' ? 'it tells of alerts' : 'one of them is not there',
    ),
    ...rows('prometheus', 'backend', [3001], targets, targets ? 'the config names it' : 'the config names no target'),
    ...rows('prometheus', 'pod beside the backend', [3001], false, 'only the configured pods'),
    ...rows('prometheus', 'grafana', [3001], embedded, scrapes),
    ...rows(
      'prometheus',
      'canary',
      [3500],
      embedded && canary,
      embedded && canary ? scrapes : 'one of them is not there',
    ),
    ...rows('prometheus', 'gateway', [8080], false, 'it scrapes, and neither queries nor pushes'),
    ...rows('prometheus', 'loki', [3100], false, 'port 3100 is the API as well'),
    ...rows('prometheus', 'grafana', [3000], false, 'it never calls back'),
    ...rows('prometheus', 'internet', [443], false, 'it sends nothing anywhere'),
    ...rows('prometheus', 'cloud metadata', [80], false, 'the node’s cloud credentials are none of its business'),
    ...rows('monitoring', 'prometheus', [9090], false, 'port 9090 is the API as well'),
    ...rows('backend', 'prometheus', [9090], false, 'it is scraped, and never calls back'),
    ...rows('grafana', 'loki', [3100], false, 'without the gateway it would choose its tenant itself'),
    ...rows(
      'grafana',
      'internet',
      [443],
      false,
      'no update check and no snapshot service is configured, and plugins come from elsewhere',
    ),

    ...rows('gateway', 'loki', [3100], true, 'it is the one door to Loki'),
    ...rows(
      'gateway',
      'compactor',
      [3100],
      ring,
      ring ? 'requests for deletion, and metrics' : 'Loki is its own compactor',
    ),
    ...rows('gateway', 'loki', [7946, 9095], false, 'the ring is Loki’s own'),
    ...rows('gateway', 'grafana', [3000], false, 'it never calls back'),
    ...rows('gateway', 'internet', [443], false, 'it passes requests on to Loki and nowhere else'),

    ...rows('loki', 'loki', [7946, 9095], ring, ring ? 'replicas form a ring' : 'a single Loki has no ring'),
    ...otherRing(deployment),
    ...rows('loki', 'loki', [3100], false, 'replicas speak gRPC to each other'),
    ...rows(
      'loki',
      'prometheus',
      [9090],
      records && embedded,
      records && embedded ? 'it keeps what rules record' : 'no rule records anything here',
    ),
    ...(['gateway', ...AGENTS, 'compactor'] as const).flatMap((other) =>
      rows(other, 'prometheus', [9090], false, 'recording is Loki’s'),
    ),
    ...rows('loki', 'bucket', [443], bucket, bucket ? 'chunks and index are in the bucket' : 'no bucket is configured'),
    ...rows(
      'loki',
      'bucket, second range',
      [443],
      bucket,
      bucket ? 'it has more than one range' : 'no bucket is configured',
    ),
    ...rows('loki', 'bucket, second range', [80], false, 'only the configured port of the bucket'),
    ...(['bucket', 'bucket, second range'] as const).flatMap((range) =>
      rows(
        'compactor',
        range,
        [443],
        ring && bucket,
        ring ? 'it rewrites index and chunks there' : 'there is no compactor of its own',
      ),
    ),
    ...rows('compactor', 'bucket', [80], false, 'only the configured port of the bucket'),
    ...rows('compactor', 'address beside the bucket', [443], false, 'only the configured addresses'),
    ...rows('compactor', 'internet', [443], false, 'it reports no usage and loads nothing'),
    ...(['loki', 'compactor'] as const).flatMap((user) => {
      const isThere = user === 'loki' || ring;
      return [
        ...rows(
          user,
          'S3 server',
          [9000],
          server && isThere,
          server ? 'the bucket is there' : 'no such server is configured',
        ),
        ...rows(user, 'S3 server', [443], false, 'only the configured port of the server'),
        ...rows(user, 'pod beside the S3 server', [9000], false, 'only the configured pods'),
        ...rows(
          user,
          'cloud metadata',
          [80],
          metadata && isThere,
          metadata ? 'it gives out tokens for the bucket' : 'its bucket credentials come from a Secret',
        ),
      ];
    }),
    ...rows('compactor', 'loki', [3100, 7946, 9095], false, 'it works on the bucket alone'),
    ...rows('loki', 'compactor', [3100], false, 'they meet in the bucket'),
    ...rows('loki', 'bucket', [80], false, 'only the configured port of the bucket'),
    ...rows('loki', 'address beside the bucket', [443], false, 'only the configured addresses'),
    ...rows('loki', 'internet', [443], false, 'it reports no usage and loads nothing'),
    ...rows('gateway', 'bucket', [443], false, 'the bucket is Loki’s'),

    ...COMPONENTS.filter((component) => !AGENTS.some((agent) => agent === component)).flatMap((component) =>
      rows(component, 'further destination', [443], false, 'the agent sends to it'),
    ),

    ...alertmanagerRows(config),
    ...COMPONENTS.filter((component) => !AGENTS.some((agent) => agent === component)).flatMap((component) => [
      ...rows(component, 'API server', [443], false, 'it has no token and needs none'),
      ...rows(component, 'API server on its node', [6443], false, 'it has no token and needs none'),
    ]),
    ...COMPONENTS.flatMap((component) => {
      // A single Loki on its own disk, which tells nobody of alerts, looks up no name, and what is not there neither.
      const looksUp = {
        promtail: true,
        collector: true,
        gateway: true,
        grafana: true,
        loki: ring || isBucket(storage) || tells || records,
        compactor: ring,
        alertmanager:
          alertmanager.type === 'embedded' &&
          (alertmanager.replicas > 1 || alertmanager.receivers.length > 0 || alertmanager.heartbeat !== undefined),
        prometheus: embedded,
        canary,
      }[component];
      return dnsRows(config, component, looksUp);
    }),

    ...COMPONENTS.flatMap((component) => {
      // Both agents share the policy of the one that the stack has.
      const program = AGENTS.some((agent) => agent === component) ? agentOf(config).name : component;
      const uses = proxyOf(config, program) !== undefined;
      const why = uses ? 'it requests something from outside' : 'it has no proxy';
      return [
        ...rows(component, 'proxy', [3128], uses, why),
        ...rows(component, 'proxy', [443], false, 'only the configured port'),
        ...rows(component, 'address beside the proxy', [3128], false, 'only the configured addresses'),
        ...rows('proxy', component, [3000, 3100, 8080], false, 'it never calls back'),
      ];
    }),

    ...grafanaMayReach('identity provider', 8443, login.oauth?.generic !== undefined, 'OpenID Connect'),
    ...grafanaMayReach('GitHub', 443, login.oauth?.github !== undefined, 'OAuth'),
    ...grafanaMayReach('LDAP server', 636, login.ldap !== undefined, 'LDAP'),
    ...grafanaMayReach('database', 5432, database.type === 'postgres', 'PostgreSQL'),
    ...grafanaMayReach('mail server', 587, smtp !== undefined, 'mail'),
    ...grafanaMayReach('Tempo', 3200, grafana.datasources.tempo !== undefined, 'Tempo'),
    ...grafanaMayReach('plugin server', 443, grafana.plugins?.type === 'download', 'a download of plugins'),
    ...rows('grafana', 'pod beside Tempo', [3200], false, 'only the configured pods'),
    ...rows('grafana', 'pod beside the identity provider', [8443], false, 'only the configured pods'),
    ...rows('grafana', 'pod beside the database', [5432], false, 'only the configured pods'),
    ...rows('grafana', 'address beside the LDAP server', [636], false, 'only the configured addresses'),
    ...rows('grafana', 'GitHub', [80], false, 'only the configured port'),
    ...rows('grafana', 'cloud metadata', [80], false, 'the node’s cloud credentials are none of its business'),

    ...(
      [
        ['ingress controller', !byCilium],
        ['Cilium’s ingress', byCilium],
      ] as const
    ).flatMap(([entrance, isThere]) => [
      ...rows(
        entrance,
        'grafana',
        [3000],
        ingress && isThere,
        ingress && isThere ? 'people come this way' : 'there is no Ingress and no route by it',
      ),
      ...rows(
        entrance,
        'gateway',
        [8083],
        byController && isThere,
        byController && isThere ? 'it passes on what comes from outside' : 'it publishes no gateway',
      ),
      ...rows(entrance, 'gateway', [8080], false, 'who comes from outside has a port of its own'),
      ...rows(entrance, 'loki', [3100], false, 'Loki’s API is not published'),
    ]),
    ...rows(
      'internet',
      'gateway',
      [8083],
      byLoadBalancer,
      byLoadBalancer ? 'the load balancer keeps the clients’ addresses' : 'no load balancer leads there',
    ),

    ...rows('monitoring', 'gateway', [8081], true, 'it scrapes Loki’s metrics here'),
    ...rows('monitoring', 'grafana', [3000], false, 'its API is there; its metrics have a port of their own'),
    ...rows('monitoring', 'grafana', [3001], metrics, metrics ? 'it scrapes metrics' : 'nobody scrapes'),
    ...rows('monitoring', 'canary', [3500], canary, canary ? 'it scrapes metrics' : noCanary),
    ...rows('monitoring', 'canary', [3501], false, 'the canary can be suspended there'),
    ...rows('ingress controller', 'grafana', [3001], false, 'metrics are not published'),
    ...rows('canary', 'gateway', [8080], canary, canary ? 'it looks for its lines with its read credential' : noCanary),
    ...rows('canary', 'loki', [3100], false, 'what it finds out is to be true for everybody’s way'),
    ...rows('canary', 'internet', [443], false, 'it talks to the gateway alone'),
    ...rows('canary', 'grafana', [3000, 3001], false, 'it talks to the gateway alone'),
    ...rows('monitoring', 'gateway', [8080], false, 'metrics do not open the API'),
    ...rows('monitoring', 'loki', [3100], false, 'port 3100 is the API as well'),
    ...rows('monitoring', 'compactor', [3100], false, 'port 3100 deletes lines as well'),
    ...rows('monitoring', 'alertmanager', [9093], false, 'port 9093 silences alerts as well'),

    ...(
      [
        'app',
        'app labelled as promtail',
        'app labelled as collector',
        'app labelled as gateway',
        'app labelled as loki',
        'app labelled as compactor',
        'app labelled as grafana',
        'app labelled as prometheus',
        'app labelled as alertmanager',
        'app labelled as canary',
        'pod beside the listed client',
        'unknown pod of logging',
        'unknown pod of logging-agents',
        'pod of logging-agents labelled as gateway',
      ] as const
    ).flatMap((stranger) => [
      ...rows(stranger, 'loki', [3100, 7946, 9095], false, 'nobody reaches Loki but the gateway'),
      ...rows(stranger, 'compactor', [3100], false, 'nobody has lines deleted but through the gateway'),
      ...rows(stranger, 'gateway', [8080, 8081], false, 'it is no listed client'),
      ...rows(stranger, 'grafana', [3000], false, 'people come through the Ingress'),
      ...rows(stranger, 'alertmanager', [9093, 9094], false, 'nobody but the stack raises and silences alerts'),
      ...AGENTS.flatMap((agent) => rows(stranger, agent, [9080, 8888], false, 'only monitoring scrapes it')),
      ...rows(stranger, 'prometheus', [9090], false, 'people come through Grafana'),
    ]),
    ...(['unknown pod of logging', 'unknown pod of logging-agents'] as const).flatMap((stranger) => [
      ...rows(stranger, 'kube-dns', [53], false, 'a pod without a policy of its own may do nothing'),
      ...rows(stranger, 'internet', [443], false, 'a pod without a policy of its own may do nothing'),
      ...rows('app', stranger, [80], false, 'a pod without a policy of its own is not reached'),
    ]),
    ...rows(
      'listed client',
      'gateway',
      [8080],
      clients,
      clients ? 'the config lists it' : 'the config lists no client',
    ),
    ...rows(
      'listed address',
      'gateway',
      [8080],
      clients,
      clients ? 'the config lists its range' : 'the config lists no client',
    ),
    ...rows('listed address', 'gateway', [8081], false, 'clients query and push; they do not scrape'),
    ...rows('listed address', 'loki', [3100], false, 'a listed client comes through the gateway, too'),
    ...rows('address beside the listed one', 'gateway', [8080], false, 'it is no listed client'),
    ...rows('app labelled as listed client', 'gateway', [8080], false, 'it is no listed client'),
    ...rows('listed client', 'gateway', [8081], false, 'clients query and push; they do not scrape'),
    ...rows('listed client', 'loki', [3100], false, 'a listed client comes through the gateway, too'),
    ...rows('internet', 'gateway', [8080], false, 'Loki’s API is not published'),
    ...rows('internet', 'grafana', [3000], false, 'people come through the Ingress'),
  ];
}

/** Who tells Alertmanager of alerts, and whom it tells. */
function alertmanagerRows({ alertmanager, alerting }: StackConfig): readonly Row[] {
  const isOwn = alertmanager.type === 'embedded';
  const isExternal = alertmanager.type === 'external';
  const receivers = isOwn ? alertmanager.receivers : [];
  const isPair = isOwn && alertmanager.replicas > 1;
  const heartbeat = isOwn && alertmanager.heartbeat !== undefined;
  const has = (type: string): boolean => receivers.some((receiver) => receiver.type === type);
  const own = (why: string): string => (isOwn ? why : 'the stack has no Alertmanager of its own');
  const pair = isPair ? 'a pair tells each other what was sent' : 'there is no pair';
  const none = 'no such receiver is configured';
  const anywhere = receivers.some(({ egress }) => egress.some((to) => 'cidr' in to && to.cidr === '::/0'));
  return [
    ...rows('loki', 'alertmanager', [9093], isOwn && alerting.enabled, own('its ruler raises alerts')),
    ...rows('grafana', 'alertmanager', [9093], isOwn, own('it shows alerts and silences')),
    ...rows('gateway', 'alertmanager', [9093], isOwn, own('metrics, and nothing else of its API')),
    ...rows('compactor', 'alertmanager', [9093], false, 'it raises no alerts'),
    ...(['loki', 'grafana', 'gateway'] as const).flatMap((component) =>
      rows(component, 'alertmanager', [9094], false, 'gossip is Alertmanager’s own'),
    ),
    ...rows('alertmanager', 'alertmanager', [9094], isPair, pair),
    ...rows('alertmanager', 'alertmanager', [9094], isPair, pair, 'UDP'),
    ...rows('alertmanager', 'alertmanager', [9093], false, 'they gossip, and do not call each other'),
    ...rows('alertmanager', 'Discord', [443], has('discord'), has('discord') ? 'a receiver is there' : none),
    ...rows('alertmanager', 'Telegram', [443], has('telegram'), has('telegram') ? 'a receiver is there' : none),
    ...rows('alertmanager', 'alert bot', [8088], has('webhook'), has('webhook') ? 'a receiver is there' : none),
    ...rows('alertmanager', 'mail server', [587], has('email'), has('email') ? 'a receiver is there' : none),
    ...rows(
      'alertmanager',
      'heartbeat service',
      [443],
      heartbeat,
      heartbeat ? 'the config names it' : 'the config has no heartbeat',
    ),
    ...(['loki', 'prometheus', 'grafana'] as const).flatMap((component) =>
      rows(component, 'heartbeat service', [443], false, 'Alertmanager tells it'),
    ),
    ...rows('alertmanager', 'Discord', [80], false, 'only the configured port'),
    ...rows('alertmanager', 'pod beside the alert bot', [8088], false, 'only the configured pods'),
    ...rows('alertmanager', 'internet', [443], false, 'only the configured receivers'),
    ...rows('alertmanager', 'internet by IPv6', [443], anywhere, anywhere ? 'the config names ::/0' : none),
    ...(['cloud metadata by IPv6', 'cloud metadata behind a NAT64'] as const).flatMap((metadata) =>
      rows('alertmanager', metadata, [443], false, 'it is nowhere in the internet'),
    ),
    ...rows('alertmanager', 'cloud metadata', [80], false, 'the node’s cloud credentials are none of its business'),
    ...(['loki', 'gateway', 'grafana', ...AGENTS] as const).flatMap((component) =>
      rows('alertmanager', component, [3000, 3100, 8080, 9080], false, 'it tells receivers, and never asks back'),
    ),
    ...(['loki', 'grafana'] as const).flatMap((component) =>
      rows(
        component,
        'another Alertmanager',
        [9093],
        isExternal,
        isExternal ? 'the config names it' : 'the config names no other',
      ),
    ),
    ...rows('ingress controller', 'alertmanager', [9093], false, 'it is not published'),
    ...rows('internet', 'alertmanager', [9093], false, 'it is not published'),
  ];
}

/** Who the agents talk to. With agents alone, that is all. */
function agentRows(config: StackConfig): readonly Row[] {
  const {
    network,
    agent: { also: further },
  } = config;
  const alone = hasAgentsAlone(config);
  const also = further.length > 0;
  const embedded = config.monitoring.type === 'embedded';
  const scrapes = embedded ? 'the stack’s own Prometheus scrapes it' : 'the stack has no Prometheus';
  const agentPort = agentOf(config).ports.metrics;
  const noFamily = 'pods have no address of this family';
  const byIpv4 = network.ipFamilies.includes('IPv4');
  const byIpv6 = network.apiServer.cidrs.includes('fc00::/7');
  const apiServerAnywhere = network.apiServer.cidrs.includes('10.0.0.0/8');
  return [
    ...AGENTS.flatMap((agent) => [
      ...rows(agent, 'gateway', [8080], !alone, alone ? 'the gateway is elsewhere' : 'it pushes what it has read'),
      ...rows(
        agent,
        'gateway of another cluster',
        [443],
        alone,
        alone ? 'it pushes what it has read' : 'it pushes to its own stack’s',
      ),
      ...rows(agent, 'API server', [443], byIpv4, byIpv4 ? 'it asks which pods run on its node' : noFamily),
      ...rows(
        agent,
        'API server on its node',
        [6443],
        byIpv4,
        byIpv4 ? 'a policy sees the address behind the service' : noFamily,
      ),
      ...rows(agent, 'API server by IPv6', [443, 6443], byIpv6, byIpv6 ? 'it may be there' : noFamily),
      ...(['API server at a provider', 'API server at home'] as const).flatMap((place) =>
        rows(agent, place, [443, 6443], apiServerAnywhere, apiServerAnywhere ? 'it may be there' : 'it is not there'),
      ),
      ...rows(agent, 'loki', [3100], false, 'it has a credential for the gateway, and no other way in'),
      ...rows(agent, 'internet', [443], false, 'logs leave the cluster by no side door'),
      ...rows(
        agent,
        'further destination',
        [443],
        also,
        also ? 'the config names it' : 'the config names no further destination',
      ),
      ...rows(agent, 'further destination', [80], false, 'only the configured port'),
      ...rows(agent, 'address beside the further destination', [443], false, 'only the configured addresses'),
      ...rows(agent, 'cloud metadata', [80], false, 'the node’s cloud credentials are none of its business'),
      ...rows(agent, 'bucket', [443], false, 'the bucket is Loki’s'),
      ...rows(agent, 'alertmanager', [9093], false, 'it raises no alerts'),
      ...(embedded && agent !== agentOf(config).name
        ? [] // the agents' common policy lets it in; its own lets it out to the stack's agent alone
        : rows('prometheus', agent, [agentPort], embedded, scrapes)),
      ...rows('monitoring', agent, [agentPort], true, 'it scrapes metrics'),
    ]),
  ];
}

/** Who answers a component that looks names up. */
function dnsRows({ network: { dns } }: StackConfig, component: Party, looksUp: boolean): readonly Row[] {
  const dnsPod = dns.namespace === 'openshift-dns' ? 'OpenShift’s DNS' : 'kube-dns';
  const dnsOnNode = dns.cidrs.length > 0;
  const why = looksUp ? 'it looks names up' : 'it looks no name up';
  return [
    ...(['TCP', 'UDP'] as const).flatMap((protocol) => [
      ...rows(component, dnsPod, [dns.port], looksUp, why, protocol),
      ...(['DNS on the node', 'DNS on the node, by its address'] as const).flatMap((party) =>
        rows(component, party, [53], looksUp && dnsOnNode, dnsOnNode ? why : 'it is not there', protocol),
      ),
    ]),
    ...rows(component, 'other pod of kube-system', [53], false, 'only kube-dns resolves names'),
  ];
}

/** What Grafana alone reaches, and only where it is configured. */
/** Another Loki, which this one can join while it takes its place. */
function otherRing({ joins }: StackConfig['deployment']): readonly Row[] {
  const joined = joins !== undefined;
  const why = joined ? 'both are one ring for a while' : 'it joins no other ring';
  return [
    ...rows('loki', 'member of another ring', [7946, 9095], joined, why),
    ...rows('member of another ring', 'loki', [7946, 9095], joined, why),
    ...rows('loki', 'pod beside the other ring', [7946, 9095], false, 'only members'),
    ...rows('pod beside the other ring', 'loki', [7946, 9095], false, 'only members'),
    ...rows('member of another ring', 'loki', [3100], false, 'members speak gRPC to each other'),
    ...rows('compactor', 'member of another ring', [7946, 9095], false, 'it works on the bucket alone'),
  ];
}

function grafanaMayReach(to: Party, port: number, isConfigured: boolean, what: string): readonly Row[] {
  return [
    ...rows('grafana', to, [port], isConfigured, isConfigured ? `${what} is configured` : `no ${what} is configured`),
    ...(['gateway', 'loki', 'compactor', ...AGENTS] as const).flatMap((other) =>
      rows(other, to, [port], false, `${what} is Grafana’s`),
    ),
    ...rows(to, 'grafana', [3000], false, 'it never calls back'),
  ];
}

function rows(
  from: Party,
  to: Party,
  ports: readonly number[],
  allowed: boolean,
  why: string,
  protocol: Row['protocol'] = 'TCP',
): readonly Row[] {
  return ports.map((port) => ({ from, to, port, protocol, allowed, why }));
}
