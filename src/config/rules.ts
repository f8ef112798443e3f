/** Rules that join several fields. Each names the paths it reads, so that it is silent while one of them is itself wrong. */
import { isIP } from 'node:net';
import { LABELS } from '../log-model';
import { formatPath, formatReceived, type Problem } from './problem';
import type { StackConfig } from './schema';
import { secretTable } from './secrets';
import { type ByteSize, type Duration, formatDuration, formatLokiBytes } from './units';

interface Rule {
  readonly reads: readonly string[];
  readonly check: (config: StackConfig) => readonly Problem[];
}

const HOUR = 3_600_000;

const problem = (path: readonly PropertyKey[], received: unknown, rule: string, remedy: string): Problem => ({
  path: formatPath(path),
  received: formatReceived(received),
  rule,
  remedy,
});

const when = (condition: boolean, found: () => Problem): readonly Problem[] => (condition ? [found()] : []);

export const rules: readonly Rule[] = [
  {
    reads: ['deployment', 'storage.type'],
    check: ({ deployment, storage }) =>
      when(storage.type === 'filesystem' && deployment.replicas > 1, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          'filesystem storage is of one pod: with it, replicas is 1',
          'set storage.type to s3, or deployment.replicas to 1',
        ),
      ),
  },
  {
    reads: ['deployment'],
    check: ({ deployment }) => [
      ...when(deployment.replicationFactor > deployment.replicas, () =>
        problem(
          ['deployment', 'replicationFactor'],
          deployment.replicationFactor,
          `at most the number of replicas (${deployment.replicas}); above it every write fails`,
          `set deployment.replicationFactor to ${deployment.replicas} or less, or deployment.replicas to ${deployment.replicationFactor}`,
        ),
      ),
      ...when(deployment.mode === 'single' && deployment.replicas > 1, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          'mode single has one replica',
          'set deployment.mode to ha',
        ),
      ),
      ...when(deployment.mode === 'ha' && deployment.replicas < 3, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          'mode ha has at least 3 replicas: with 2, losing one stops all writes',
          'set deployment.replicas to 3, or deployment.mode to single',
        ),
      ),
    ],
  },
  {
    reads: ['environment', 'auth.loki.enabled'],
    check: ({ environment, auth }) =>
      when(environment === 'prod' && !auth.loki.enabled, () =>
        problem(['auth', 'loki', 'enabled'], false, 'prod asks for a credential', 'remove auth.loki.enabled: false'),
      ),
  },
  {
    reads: ['grafana'],
    check: ({ grafana }) => {
      const { pathname, hostname, origin } = new URL(grafana.url);
      const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
      return [
        ...when(pathname !== '/', () =>
          problem(
            ['grafana', 'url'],
            grafana.url,
            'a URL without a path: Grafana has a host of its own',
            `write ${origin}`,
          ),
        ),
        ...when(grafana.ingress !== undefined && isAddress, () =>
          problem(
            ['grafana', 'url'],
            grafana.url,
            'with an Ingress, a URL with a host name',
            'write for example https://logs.example.com',
          ),
        ),
      ];
    },
  },
  {
    reads: ['environment', 'grafana'],
    check: ({ environment, grafana }) =>
      environment === 'prod'
        ? [
            ...when(grafana.ingress?.tls === undefined, () =>
              problem(
                ['grafana', 'ingress', 'tls'],
                undefined,
                'prod serves Grafana over TLS',
                'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate',
              ),
            ),
            ...when(!grafana.url.startsWith('https://'), () =>
              problem(
                ['grafana', 'url'],
                grafana.url,
                'in prod, a URL with https',
                `write https://${new URL(grafana.url).host}`,
              ),
            ),
          ]
        : [],
  },
  {
    reads: ['environment', 'storage'],
    check: ({ environment, storage }) =>
      when(environment === 'prod' && storage.type === 'filesystem' && !storage.allowInProduction, () =>
        problem(
          ['storage', 'type'],
          storage.type,
          'prod does not keep its only copy on one volume without consent',
          'set storage.type to s3, or storage.allowInProduction to true',
        ),
      ),
  },
  {
    reads: ['limits'],
    check: ({ limits }) => [
      ...burst('ingestionBurst', limits.ingestionBurst, 'ingestionRate', limits.ingestionRate),
      ...burst('perStreamBurst', limits.perStreamBurst, 'perStreamRate', limits.perStreamRate),
      ...when(limits.perStreamRate.bytes > limits.ingestionRate.bytes, () =>
        problem(
          ['limits', 'perStreamRate'],
          formatLokiBytes(limits.perStreamRate),
          `at most ingestionRate (${formatLokiBytes(limits.ingestionRate)})`,
          'lower limits.perStreamRate or raise limits.ingestionRate',
        ),
      ),
    ],
  },
  {
    reads: ['limits.perStreamBurst', 'limits.ingestionBurst', 'agent.batchSize'],
    check: ({ limits, agent }) =>
      when(agent.batchSize.bytes > Math.min(limits.ingestionBurst.bytes, limits.perStreamBurst.bytes), () =>
        problem(
          ['agent', 'batchSize'],
          formatLokiBytes(agent.batchSize),
          'at most the bursts: a larger batch is refused for ever',
          'lower agent.batchSize, or raise limits.ingestionBurst and limits.perStreamBurst',
        ),
      ),
  },
  { reads: ['retention'], check: ({ retention }) => retentionPeriods(retention) },
  {
    reads: ['retention', 'auth.loki.tenants'],
    check: ({ retention, auth }) => {
      const names = auth.loki.tenants.map(({ name }) => name);
      return Object.keys(retention.tenants)
        .filter((name) => !names.includes(name))
        .map((name) =>
          problem(
            ['retention', 'tenants', name],
            name,
            `a tenant of auth.loki.tenants (${names.join(', ')})`,
            'add the tenant there, or remove its retention',
          ),
        );
    },
  },
  { reads: ['auth.loki.tenants'], check: ({ auth }) => uniqueNames(auth.loki.tenants) },
  {
    reads: ['auth.loki', 'agent.credential', 'grafana.credential'],
    check: ({ auth, agent, grafana }) => {
      if (!auth.loki.enabled) return [];
      const write = auth.loki.tenants.flatMap((tenant) => tenant.write);
      const read = auth.loki.tenants.flatMap((tenant) => tenant.read);
      return [
        ...when(!write.includes(agent.credential), () =>
          problem(
            ['agent', 'credential'],
            agent.credential,
            `a write credential of a tenant (${write.join(', ')})`,
            'name one of these, or add it to auth.loki.tenants[].write',
          ),
        ),
        ...when(!read.includes(grafana.credential), () =>
          problem(
            ['grafana', 'credential'],
            grafana.credential,
            `a read credential of a tenant (${read.join(', ')})`,
            'name one of these, or add it to auth.loki.tenants[].read',
          ),
        ),
      ];
    },
  },
  {
    reads: ['agent.files', 'agent.drop'],
    check: ({ agent }) =>
      (['files', 'drop'] as const).flatMap((list) =>
        agent[list].flatMap(({ name }, index) =>
          when(agent[list].findIndex((other) => other.name === name) < index, () =>
            problem(['agent', list, index, 'name'], name, 'a name that no other entry has', 'rename one of them'),
          ),
        ),
      ),
  },
  {
    reads: ['agent.drop'],
    check: ({ agent }) =>
      agent.drop.flatMap(({ selector }, index) => {
        const labels = Object.values<string>(LABELS);
        const unknown = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/g)]
          .map(([, label = '']) => label)
          .filter((label) => !labels.includes(label));
        return when(unknown.length > 0, () =>
          problem(
            ['agent', 'drop', index, 'selector'],
            selector,
            `matchers of labels that lines have: ${labels.join(', ')}`,
            `replace ${unknown.join(', ')}, or match the line with patterns`,
          ),
        );
      }),
  },
  {
    reads: ['namespaces'],
    check: ({ namespaces }) =>
      when(namespaces.logging === namespaces.agents, () =>
        problem(
          ['namespaces', 'agents'],
          namespaces.agents,
          'a namespace of its own: it is privileged, and namespaces.logging is not',
          'leave it out, for logging-agents',
        ),
      ),
  },
  {
    reads: ['resources'],
    check: ({ resources }) =>
      Object.entries(resources).flatMap(([component, { requests, limits }]) => [
        ...when(requests.memory.bytes > limits.memory.bytes, () =>
          problem(
            ['resources', component, 'requests', 'memory'],
            formatLokiBytes(requests.memory),
            'at most the limit',
            `raise resources.${component}.limits.memory`,
          ),
        ),
        ...when(requests.cpu.millicores > limits.cpu.millicores, () =>
          problem(
            ['resources', component, 'requests', 'cpu'],
            `${requests.cpu.millicores}m`,
            'at most the limit',
            `raise resources.${component}.limits.cpu`,
          ),
        ),
      ]),
  },
  {
    reads: ['resources.loki.limits', 'limits.queryCache'],
    check: ({ resources, limits }) =>
      when(limits.queryCache.bytes > resources.loki.limits.memory.bytes / 2, () =>
        problem(
          ['limits', 'queryCache'],
          formatLokiBytes(limits.queryCache),
          'at most half of Loki’s memory limit',
          'lower limits.queryCache or raise resources.loki.limits.memory',
        ),
      ),
  },
  {
    reads: ['limits.queryCache'],
    check: ({ limits }) =>
      when(limits.queryCache.bytes % 2 ** 20 !== 0, () =>
        problem(
          ['limits', 'queryCache'],
          formatLokiBytes(limits.queryCache),
          'a multiple of 1MB: Loki counts the cache in whole megabytes',
          `write ${Math.ceil(limits.queryCache.bytes / 2 ** 20)}MB`,
        ),
      ),
  },
  {
    reads: ['grafana', 'storage', 'auth.loki', 'agent.credential', 'namespaces'],
    check: (config) => {
      const { storage, grafana, namespaces } = config;
      const names = secretTable(config).flatMap(({ namespace, name }) =>
        namespace === namespaces.logging ? [name] : [],
      );
      const isTaken = (name: string): boolean => names.indexOf(name) !== names.lastIndexOf(name);
      const rule = 'a name that no other Secret of the stack has';
      return [
        ...when(isTaken(grafana.login.adminSecret), () =>
          problem(
            ['grafana', 'login', 'adminSecret'],
            grafana.login.adminSecret,
            rule,
            'leave it out, for grafana-admin',
          ),
        ),
        ...(storage.type === 's3' && isTaken(storage.credentialsSecret)
          ? [problem(['storage', 'credentialsSecret'], storage.credentialsSecret, rule, 'leave it out, for loki-s3')]
          : []),
      ];
    },
  },
];

function burst(burstName: string, burstSize: ByteSize, rateName: string, rate: ByteSize): readonly Problem[] {
  return when(burstSize.bytes < rate.bytes, () =>
    problem(
      ['limits', burstName],
      formatLokiBytes(burstSize),
      `at least ${rateName} (${formatLokiBytes(rate)})`,
      `raise limits.${burstName} to ${formatLokiBytes(rate)} or lower limits.${rateName}`,
    ),
  );
}

function retentionPeriods(retention: StackConfig['retention']): readonly Problem[] {
  const streamPeriods = (path: readonly PropertyKey[], streams: StackConfig['retention']['streams']) =>
    streams.flatMap((stream, index) => period([...path, 'streams', index, 'period'], stream.period));
  return [
    ...period(['retention', 'period'], retention.period),
    ...streamPeriods(['retention'], retention.streams),
    ...Object.entries(retention.tenants).flatMap(([name, tenant]) => [
      ...period(['retention', 'tenants', name, 'period'], tenant.period),
      ...streamPeriods(['retention', 'tenants', name], tenant.streams),
    ]),
  ];
}

function period(path: readonly PropertyKey[], value: Duration): readonly Problem[] {
  return [
    ...when(value.milliseconds < 24 * HOUR, () =>
      problem(path, formatDuration(value), 'at least 24h: Loki deletes by whole index days', 'write 24h or more'),
    ),
    ...when(value.milliseconds % HOUR !== 0, () =>
      problem(path, formatDuration(value), 'a multiple of 1h', `write ${Math.ceil(value.milliseconds / HOUR)}h`),
    ),
  ];
}

function uniqueNames(tenants: StackConfig['auth']['loki']['tenants']): readonly Problem[] {
  const seen = new Map<string, string>();
  const take = (path: readonly PropertyKey[], kind: string, name: string): readonly Problem[] => {
    const key = `${kind} ${name}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, formatPath(path));
    return when(first !== undefined, () =>
      problem(path, name, `a ${kind} is named once; this one is at ${first ?? ''}`, 'give each its own name'),
    );
  };
  return tenants.flatMap((tenant, index) => [
    ...take(['auth', 'loki', 'tenants', index, 'name'], 'tenant', tenant.name),
    ...tenant.write.flatMap((name, at) => take(['auth', 'loki', 'tenants', index, 'write', at], 'credential', name)),
    ...tenant.read.flatMap((name, at) => take(['auth', 'loki', 'tenants', index, 'read', at], 'credential', name)),
  ]);
}
