import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { TEMPO_UID } from '../secret-names';
import { namesSecret } from '../secret-settings';
import { reachable } from './reachable';
import { problem, type Rule, when } from './rule';

type Path = readonly PropertyKey[];
type Datasources = StackConfig['grafana']['datasources'];
interface Named {
  readonly at: Path;
  readonly name: string;
  readonly uid: string;
}

const PATH = ['grafana', 'datasources'] as const;

/** Names and uids of the stack's datasources, and of Grafana's own. */
const TAKEN = {
  name: ['Loki', 'Prometheus', 'Alertmanager', 'Tempo', '-- Grafana --', '-- Mixed --', '-- Dashboard --'],
  uid: ['loki', 'prometheus', 'alertmanager', TEMPO_UID, 'grafana'],
} as const;

/** Plugins of datasources that every Grafana has. */
export const BUILT_IN: readonly string[] = [
  'alertmanager',
  'cloudwatch',
  'elasticsearch',
  'grafana-azure-monitor-datasource',
  'grafana-postgresql-datasource',
  'grafana-pyroscope-datasource',
  'grafana-testdata-datasource',
  'graphite',
  'influxdb',
  'jaeger',
  'loki',
  'mssql',
  'mysql',
  'opentsdb',
  'parca',
  'prometheus',
  'stackdriver',
  'tempo',
  'zipkin',
];

export const grafanaDatasourceRules: readonly Rule[] = [
  { reads: ['grafana.datasources'], check: ({ grafana }) => ownNames(grafana.datasources) },
  { reads: ['grafana.datasources', 'auth.loki', 'grafana.credential', 'canary'], check: tenantCredentials },
  {
    reads: ['grafana.datasources', 'grafana.links'],
    check: ({ grafana: { datasources, links } }) =>
      when(datasources.tempo !== undefined && links.traces !== undefined, () =>
        problem(
          ['grafana', 'links', 'traces'],
          links.traces,
          'one place where the id of a trace leads: grafana.datasources.tempo is another',
          'remove grafana.links.traces, or grafana.datasources.tempo',
        ),
      ),
  },
  {
    reads: ['grafana.datasources'],
    check: ({ grafana: { datasources } }) =>
      others(datasources).flatMap(([at, source]) => [
        ...reachable(at, { port: portOf(source.url), egress: source.egress }, 'its url'),
        ...passwordOfUser(at, source),
        ...plainSecrets([...at, 'jsonData'], source.jsonData),
      ]),
  },
  {
    reads: ['grafana.datasources', 'grafana.plugins'],
    check: ({ grafana: { datasources, plugins } }) => {
      if (plugins?.type === 'image') return []; // its plugins are not known here
      const known = [...BUILT_IN, ...(plugins?.list ?? []).map(({ id }) => id)];
      return datasources.others.flatMap(({ type }, index) =>
        when(!known.includes(type), () =>
          problem(
            [...PATH, 'others', index, 'type'],
            type,
            `the plugin of a datasource that Grafana has: ${known.join(', ')}`,
            'write one of these, or add the plugin to grafana.plugins',
          ),
        ),
      );
    },
  },
  {
    reads: ['environment', 'grafana.datasources'],
    check: ({ environment, grafana }) =>
      others(grafana.datasources).flatMap(([at, { jsonData }]) =>
        when(environment === 'prod' && jsonData['tlsSkipVerify'] === true, () =>
          problem(
            [...at, 'jsonData', 'tlsSkipVerify'],
            true,
            'prod checks the certificates of its datasources',
            'remove it; for a private CA set network.caBundle, or write tlsAuthWithCACert: true, and tlsCACert into secrets',
          ),
        ),
      ),
  },
];

function others({ tempo, others: more }: Datasources) {
  return [
    ...(tempo === undefined ? [] : [[[...PATH, 'tempo'], tempo] as const]),
    ...more.map((source, index) => [[...PATH, 'others', index], source] as const),
  ];
}

/** A dashboard finds a datasource by its uid, people by its name. Grafana does not start with two of either. */
function ownNames({ tenants, others: more }: Datasources): readonly Problem[] {
  const all: readonly Named[] = [
    ...tenants.map((source, index) => ({ ...source, at: [...PATH, 'tenants', index] })),
    ...more.map((source, index) => ({ ...source, at: [...PATH, 'others', index] })),
  ];
  return (['name', 'uid'] as const).flatMap((field) => {
    const seen = new Set<string>(TAKEN[field].map((name) => name.toLowerCase()));
    return all.flatMap(({ at, [field]: value }) => {
      const isTaken = seen.has(value.toLowerCase());
      seen.add(value.toLowerCase());
      return when(isTaken, () =>
        problem(
          [...at, field],
          value,
          `a ${field} that no other datasource has, nor one of ${TAKEN[field].join(', ')}`,
          `write another ${field}`,
        ),
      );
    });
  });
}

/** Each datasource has its own Secret, named after the credential. */
function tenantCredentials({ auth, grafana, canary }: StackConfig): readonly Problem[] {
  const { tenants } = grafana.datasources;
  if (!auth.loki.enabled)
    return when(tenants.length > 0, () =>
      problem(
        [...PATH, 'tenants'],
        tenants.map(({ name }) => name),
        'none where auth.loki.enabled is false: everybody reads the first tenant',
        'remove grafana.datasources.tenants, or auth.loki.enabled',
      ),
    );
  const known = [
    ...auth.loki.tenants.flatMap((tenant) => tenant.read),
    ...auth.loki.crossTenantReaders.map(({ name }) => name),
  ];
  const used = [grafana.credential, ...(canary === undefined ? [] : [canary.credential])];
  return tenants.flatMap(({ credential }, index) => {
    const at = [...PATH, 'tenants', index, 'credential'];
    const isUsed = used.includes(credential) || tenants.findIndex((other) => other.credential === credential) < index;
    return [
      ...when(!known.includes(credential), () =>
        problem(
          at,
          credential,
          `a read credential of a tenant (${known.join(', ')})`,
          'name one of these, or add it to auth.loki.tenants[].read',
        ),
      ),
      ...when(isUsed, () =>
        problem(
          at,
          credential,
          'a credential that neither grafana.credential, the canary nor another datasource has',
          'add one of its own to auth.loki.tenants[].read',
        ),
      ),
    ];
  });
}

function passwordOfUser(
  at: Path,
  { basicAuthUser, secrets }: { readonly basicAuthUser?: string | undefined; readonly secrets: readonly string[] },
): readonly Problem[] {
  const hasPassword = secrets.includes('basicAuthPassword');
  return when((basicAuthUser !== undefined) !== hasPassword, () =>
    problem(
      [...at, 'secrets'],
      secrets,
      'basicAuthPassword together with basicAuthUser',
      hasPassword
        ? 'write basicAuthUser, or remove basicAuthPassword'
        : 'add basicAuthPassword, or remove basicAuthUser',
    ),
  );
}

/** Secrets among the plain settings, which are a ConfigMap. */
function plainSecrets(at: Path, value: unknown): readonly Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return typeof inner === 'string' && namesSecret(key)
      ? [
          {
            ...problem(path, '', 'no secret: settings of a datasource are a ConfigMap', `write ${key} into secrets`),
            received: '(not shown)',
          },
        ]
      : plainSecrets(path, inner);
  });
}

function portOf(url: string): number {
  const [, protocol, port] = /^(?:(https?):\/\/)?[^/]*?(?::(\d+))?(?:[/?#]|$)/.exec(url) ?? [];
  return Number(port ?? (protocol === 'https' ? 443 : 80));
}
