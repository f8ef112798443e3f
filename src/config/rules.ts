/** Rules that join several fields. Each names the paths it reads, so that it is silent while one of them is itself wrong. */
import { isIP } from 'node:net';
import { LABELS } from '../log-model';
import { formatPath, formatReceived, type Problem } from './problem';
import type { Destination, StackConfig } from './schema';
import { type SecretSpec, secretTable } from './secrets';
import { type Duration, formatDuration, formatLokiBytes } from './units';

interface Rule {
  readonly reads: readonly string[];
  readonly check: (config: StackConfig) => readonly Problem[];
}

const HOUR = 3_600_000;
const LEAST_CONNECTIONS = 32;

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
    reads: ['environment', 'auth.loki', 'gateway.tls'],
    check: ({ environment, auth, gateway }) =>
      when(environment === 'prod' && auth.loki.enabled && gateway.tls === undefined, () =>
        problem(
          ['gateway', 'tls'],
          undefined,
          'prod sends credentials and logs over TLS',
          'set gateway.tls.clusterIssuer if cert-manager makes the certificate, or gateway.tls.secretName',
        ),
      ),
  },
  {
    reads: ['grafana.url', 'grafana.ingress', 'grafana.route'],
    check: ({ grafana }) => {
      const { href, hostname, origin } = new URL(grafana.url);
      const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
      return [
        ...when(href !== `${origin}/`, () =>
          problem(
            ['grafana', 'url'],
            grafana.url,
            'a URL without path and query: Grafana has a host of its own',
            `write ${origin}`,
          ),
        ),
        ...when((grafana.ingress !== undefined || grafana.route !== undefined) && isAddress, () =>
          problem(
            ['grafana', 'url'],
            grafana.url,
            'with an Ingress or a route, a URL with a host name',
            'write for example https://logs.example.com',
          ),
        ),
        ...when(grafana.ingress !== undefined && grafana.route !== undefined, () =>
          problem(
            ['grafana', 'route'],
            grafana.route,
            'one way to Grafana: an Ingress or a route',
            'remove grafana.ingress or grafana.route',
          ),
        ),
      ];
    },
  },
  {
    reads: ['environment', 'grafana.ingress', 'grafana.route'],
    check: ({ environment, grafana }) =>
      when(environment === 'prod' && grafana.ingress?.tls === undefined && grafana.route === undefined, () =>
        problem(
          ['grafana', 'ingress', 'tls'],
          undefined,
          'prod serves Grafana over TLS',
          'set grafana.ingress.tls.secretName, and clusterIssuer if cert-manager makes the certificate; or grafana.route',
        ),
      ),
  },
  {
    reads: ['environment', 'grafana.url', 'grafana.ingress', 'grafana.route'],
    check: ({ environment, grafana: { url, ingress, route } }) => {
      const hasTls = ingress?.tls !== undefined || route !== undefined;
      return when((environment === 'prod' || hasTls) && !url.startsWith('https://'), () =>
        problem(
          ['grafana', 'url'],
          url,
          'in prod, and wherever Grafana is served over TLS, a URL with https',
          `write https://${new URL(url).host}`,
        ),
      );
    },
  },
  { reads: ['environment', 'grafana.login.ldap'], check: encryptedLdap },
  { reads: ['grafana.login.ldap'], check: ({ grafana }) => ldapPort(grafana.login.ldap) },
  { reads: ['grafana.login.oauth.generic'], check: reachableProvider },
  {
    reads: ['grafana.login.ldap'],
    check: ({ grafana: { login } }) => reachable(['grafana', 'login', 'ldap'], login.ldap),
  },
  {
    reads: ['grafana.database'],
    check: ({ grafana: { database } }) =>
      reachable(['grafana', 'database'], database.type === 'sqlite' ? undefined : database),
  },
  { reads: ['grafana.smtp'], check: ({ grafana }) => reachable(['grafana', 'smtp'], grafana.smtp) },
  { reads: ['grafana.login.oauth'], check: ({ grafana }) => oneRoleEach(grafana.login) },
  {
    reads: ['gateway.maxConnections'],
    check: ({ gateway }) =>
      when(gateway.maxConnections < LEAST_CONNECTIONS, () =>
        problem(
          ['gateway', 'maxConnections'],
          gateway.maxConnections,
          `at least ${LEAST_CONNECTIONS}: probes, a few agents and a dashboard take as many`,
          `write ${LEAST_CONNECTIONS} or more, or leave it out`,
        ),
      ),
  },
  {
    reads: ['environment', 'grafana.database'],
    check: ({ environment, grafana: { database } }) =>
      when(environment === 'prod' && database.type === 'postgres' && database.sslMode === 'disable', () =>
        problem(
          ['grafana', 'database', 'sslMode'],
          'disable',
          'prod sends passwords and sessions to its database over TLS',
          'leave it out, for verify-full, or write require',
        ),
      ),
  },
  {
    reads: ['grafana.replicas', 'grafana.database.type'],
    check: ({ grafana }) =>
      when(grafana.replicas > 1 && grafana.database.type === 'sqlite', () =>
        problem(
          ['grafana', 'replicas'],
          grafana.replicas,
          'with sqlite 1: its file is of one pod',
          'set grafana.database.type to postgres, or grafana.replicas to 1',
        ),
      ),
  },
  {
    reads: ['grafana.login.form', 'grafana.login.oauth', 'grafana.login.ldap'],
    check: ({ grafana }) => waysToLogIn(grafana.login),
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
  { reads: ['limits'], check: ({ limits }) => rates(['limits'], limits) },
  {
    reads: ['limits'],
    check: ({ limits }) =>
      Object.entries(limits.tenants).flatMap(([name, own]) =>
        rates(['limits', 'tenants', name], { ...limits, ...own }, Object.keys(own)),
      ),
  },
  {
    reads: ['limits', 'auth.loki.enabled', 'auth.loki.tenants', 'agent.credential', 'agent.batchSize'],
    check: ({ limits, auth, agent }) => {
      const { enabled, tenants } = auth.loki;
      const tenant = enabled ? tenants.find(({ write }) => write.includes(agent.credential)) : tenants[0];
      const own = tenant === undefined ? undefined : limits.tenants[tenant.name];
      const least = Math.min(own?.ingestionBurst?.bytes ?? Infinity, own?.perStreamBurst?.bytes ?? Infinity);
      return when(agent.batchSize.bytes > least, () =>
        problem(
          ['agent', 'batchSize'],
          formatLokiBytes(agent.batchSize),
          `at most the bursts of tenant ${tenant?.name ?? ''}: a larger batch is refused for ever`,
          `lower agent.batchSize, or raise the bursts of limits.tenants.${tenant?.name ?? ''}`,
        ),
      );
    },
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
  {
    reads: ['limits.tenants', 'auth.loki.tenants'],
    check: ({ limits, auth }) => {
      const names = auth.loki.tenants.map(({ name }) => name);
      return Object.keys(limits.tenants)
        .filter((name) => !names.includes(name))
        .map((name) =>
          problem(
            ['limits', 'tenants', name],
            name,
            `a tenant of auth.loki.tenants (${names.join(', ')})`,
            'add the tenant there, or remove its limits',
          ),
        );
    },
  },
  { reads: ['auth.loki'], check: ({ auth }) => uniqueNames(auth.loki) },
  { reads: ['auth.loki'], check: ({ auth }) => readableTenants(auth.loki) },
  {
    reads: ['auth.loki'],
    check: ({ auth: { loki } }) =>
      loki.enabled
        ? []
        : [
            ...loki.tenants.flatMap(({ erase }, index) =>
              when(erase.length > 0, () =>
                problem(
                  ['auth', 'loki', 'tenants', index, 'erase'],
                  erase,
                  'with auth.loki.enabled: nobody deletes lines without a credential',
                  'remove auth.loki.enabled: false, or the names',
                ),
              ),
            ),
            ...when(loki.crossTenantReaders.length > 0, () =>
              problem(
                ['auth', 'loki', 'crossTenantReaders'],
                loki.crossTenantReaders.map(({ name }) => name),
                'with auth.loki.enabled: without a credential everyone is the first tenant',
                'remove auth.loki.enabled: false, or the readers',
              ),
            ),
          ],
  },
  {
    reads: ['auth.loki', 'agent.credential', 'grafana.credential'],
    check: ({ auth, agent, grafana }) => {
      if (!auth.loki.enabled) return [];
      const write = auth.loki.tenants.flatMap((tenant) => tenant.write);
      const read = [
        ...auth.loki.tenants.flatMap((tenant) => tenant.read),
        ...auth.loki.crossTenantReaders.map(({ name }) => name),
      ];
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
    reads: ['grafana', 'storage', 'auth.loki', 'agent.credential', 'namespaces', 'gateway.tls'],
    check: (config) => {
      const table = secretTable(config);
      const isTaken = ({ namespace, name }: SecretSpec): boolean =>
        table.filter((other) => other.namespace === namespace && other.name === name).length > 1;
      return table.flatMap((spec) =>
        spec.namedAt === undefined || !isTaken(spec)
          ? []
          : [
              problem(
                spec.namedAt,
                spec.name,
                'a name that no other Secret of the stack has',
                'leave it out, for its default, or write another name',
              ),
            ],
      );
    },
  },
];

type Rates = Pick<StackConfig['limits'], 'ingestionRate' | 'ingestionBurst' | 'perStreamRate' | 'perStreamBurst'>;

/** Each burst holds a second, and no stream may take more than its tenant. Blames what is written there, if anything is. */
function rates(
  path: readonly string[],
  limits: Rates,
  written: readonly string[] = Object.keys(limits),
): readonly Problem[] {
  const at = path.join('.');
  const burst = (burstName: keyof Rates, rateName: keyof Rates): readonly Problem[] => {
    const [size, rate] = [limits[burstName], limits[rateName]];
    return when(size.bytes < rate.bytes && (written.includes(burstName) || written.includes(rateName)), () =>
      problem(
        [...path, burstName],
        formatLokiBytes(size),
        `at least ${rateName} (${formatLokiBytes(rate)})`,
        `raise ${at}.${burstName} to ${formatLokiBytes(rate)} or lower ${at}.${rateName}`,
      ),
    );
  };
  const isWritten = written.includes('perStreamRate') || written.includes('ingestionRate');
  return [
    ...burst('ingestionBurst', 'ingestionRate'),
    ...burst('perStreamBurst', 'perStreamRate'),
    ...when(isWritten && limits.perStreamRate.bytes > limits.ingestionRate.bytes, () =>
      problem(
        [...path, 'perStreamRate'],
        formatLokiBytes(limits.perStreamRate),
        `at most ingestionRate (${formatLokiBytes(limits.ingestionRate)})`,
        `lower ${at}.perStreamRate or raise ${at}.ingestionRate`,
      ),
    ),
  ];
}

function encryptedLdap({ environment, grafana }: StackConfig): readonly Problem[] {
  return when(environment === 'prod' && grafana.login.ldap?.encryption === 'none', () =>
    problem(
      ['grafana', 'login', 'ldap', 'encryption'],
      'none',
      'prod sends passwords to its directory over TLS',
      'write tls (port 636) or startTls (port 389)',
    ),
  );
}

/** A port that is the usual one of the other encryption: the connection would hang, or fail in words of TLS. */
function ldapPort(ldap: StackConfig['grafana']['login']['ldap']): readonly Problem[] {
  const usual = { tls: 636, startTls: 389, none: 389 } as const;
  return ldap === undefined
    ? []
    : when(Object.values<number>(usual).includes(ldap.port) && ldap.port !== usual[ldap.encryption], () =>
        problem(
          ['grafana', 'login', 'ldap', 'port'],
          ldap.port,
          `not ${ldap.port} with encryption ${ldap.encryption}, whose port is ${usual[ldap.encryption]}`,
          ldap.port === 636
            ? `write port: 389, or encryption: tls`
            : `leave port out, for 636, or write encryption: startTls`,
        ),
      );
}

interface Server {
  readonly port: number;
  readonly egress: readonly Destination[];
}

/** What Grafana connects to has to be where its own `egress` says; of pods the policy sees the port behind the Service. */
function reachable(path: readonly string[], server: Server | undefined, what = 'its server'): readonly Problem[] {
  if (server === undefined) return [];
  const { port, egress } = server;
  return when(!egress.some((destination) => 'namespace' in destination || destination.port === port), () =>
    problem(
      [...path, 'egress'],
      egress.map((destination) => destination.port),
      `an entry with port ${port}, that of ${what}`,
      `add { cidr: …, port: ${port} }`,
    ),
  );
}

/** `authUrl` is for the browser: Grafana itself calls the two others. Of two with one port, one is named. */
function reachableProvider({ grafana }: StackConfig): readonly Problem[] {
  const generic = grafana.login.oauth?.generic;
  if (generic?.type !== 'oidc') return [];
  const names = (['tokenUrl', 'apiUrl'] as const).map((name): [number, string] => [
    Number(new URL(generic[name]).port || 443),
    name,
  ]);
  return [...new Map(names)].flatMap(([port, name]) =>
    reachable(['grafana', 'login', 'oauth', 'generic'], { port, egress: generic.egress }, name),
  );
}

function oneRoleEach({ oauth }: StackConfig['grafana']['login']): readonly Problem[] {
  return (['github', 'google', 'generic'] as const).flatMap((name) => {
    const { admin = [], editor = [] } = oauth?.[name]?.roles ?? {};
    return editor.flatMap((entry, index) =>
      when(admin.includes(entry), () =>
        problem(
          ['grafana', 'login', 'oauth', name, 'roles', 'editor', index],
          entry,
          'one that roles.admin does not name',
          'remove it from one of the two',
        ),
      ),
    );
  });
}

/** Somebody has to be able to log in, and each provider has to say who. */
function waysToLogIn({ form, oauth, ldap }: StackConfig['grafana']['login']): readonly Problem[] {
  const providers = [oauth?.github, oauth?.google, oauth?.generic].filter((provider) => provider !== undefined);
  const { generic } = oauth ?? {};
  return [
    ...when(!form && providers.length === 0, () =>
      problem(
        ['grafana', 'login', 'form'],
        false,
        'true, where no OAuth provider is configured: nobody could log in',
        'set grafana.login.oauth, or remove grafana.login.form',
      ),
    ),
    ...when(!form && ldap !== undefined, () =>
      problem(
        ['grafana', 'login', 'form'],
        false,
        'true with LDAP: its users type their password there',
        'remove grafana.login.form or grafana.login.ldap',
      ),
    ),
    ...when(oauth !== undefined && providers.length === 0, () =>
      problem(
        ['grafana', 'login', 'oauth'],
        oauth,
        'at least one provider: github, google or generic',
        'name a provider, or remove grafana.login.oauth',
      ),
    ),
    ...when(
      generic?.type === 'oidc' &&
        generic.domains.length === 0 &&
        generic.groups.length === 0 &&
        generic.roles.others !== 'none',
      () =>
        problem(
          ['grafana', 'login', 'oauth', 'generic', 'groups'],
          [],
          'domains, groups, or roles.others: none; else everyone whom the provider knows may log in',
          'list groups or domains, or write roles: { others: none }',
        ),
    ),
    ...[['github', oauth?.github] as const, ['google', oauth?.google] as const, ['generic', generic] as const].flatMap(
      ([name, provider]) =>
        when(
          provider?.roles.others === 'none' && provider.roles.admin.length + provider.roles.editor.length === 0,
          () =>
            problem(
              ['grafana', 'login', 'oauth', name, 'roles', 'others'],
              'none',
              'viewer or editor, where roles names nobody: nobody could log in',
              'list somebody in roles.admin or roles.editor, or leave others out',
            ),
        ),
    ),
  ];
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

function uniqueNames({ tenants, crossTenantReaders }: StackConfig['auth']['loki']): readonly Problem[] {
  const seen = new Map<string, string>();
  const take = (path: readonly PropertyKey[], kind: string, name: string): readonly Problem[] => {
    const key = `${kind} ${name}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, formatPath(path));
    return when(first !== undefined, () =>
      problem(path, name, `a ${kind} is named once; this one is at ${first ?? ''}`, 'give each its own name'),
    );
  };
  return [
    ...tenants.flatMap((tenant, index) => [
      ...take(['auth', 'loki', 'tenants', index, 'name'], 'tenant', tenant.name),
      ...(['write', 'read', 'erase'] as const).flatMap((kind) =>
        tenant[kind].flatMap((name, at) => take(['auth', 'loki', 'tenants', index, kind, at], 'credential', name)),
      ),
    ]),
    ...crossTenantReaders.flatMap(({ name }, index) =>
      take(['auth', 'loki', 'crossTenantReaders', index, 'name'], 'credential', name),
    ),
  ];
}

/** A reader across tenants names tenants that exist, each once, and more than one. */
function readableTenants({ tenants, crossTenantReaders }: StackConfig['auth']['loki']): readonly Problem[] {
  const names = tenants.map(({ name }) => name);
  return crossTenantReaders.flatMap((reader, index) => [
    ...reader.tenants.flatMap((name, at) =>
      when(!names.includes(name) || reader.tenants.indexOf(name) < at, () =>
        problem(
          ['auth', 'loki', 'crossTenantReaders', index, 'tenants', at],
          name,
          `a tenant of auth.loki.tenants (${names.join(', ')}), each once`,
          'add the tenant there, or remove it here',
        ),
      ),
    ),
    ...when(reader.tenants.length === 1, () =>
      problem(
        ['auth', 'loki', 'crossTenantReaders', index, 'tenants'],
        reader.tenants,
        'two tenants or more',
        `add a tenant, or move ${reader.name} to the read credentials of ${reader.tenants[0] ?? ''}`,
      ),
    ),
  ]);
}
