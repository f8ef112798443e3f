/** The table of secrets: which there are, who makes and reads each, and under which name it is kept. Names only, never values. */
import { heartbeatKey, heartbeatSources } from './heartbeat';
import { monitoringType } from './monitoring';
import type { Receiver, StackConfig } from './schema';

/** One Kubernetes Secret that a stack needs. */
export interface SecretSpec {
  /** Name of the Secret. */
  readonly name: string;
  /** Namespace that it must exist in. */
  readonly namespace: string;
  /** Who makes it: whom `secretSource` names, cert-manager, or whoever runs the cluster. */
  readonly madeBy: 'secretSource' | 'cert-manager' | 'operator';
  /** Which pods read it. */
  readonly readBy: string;
  /** Key in the Secret → what it holds. */
  readonly keys: Readonly<Record<string, string>>;
  /** Path of its name in the stack config; absent where the name is fixed. */
  readonly namedAt?: readonly string[];
}

/** htpasswd files of the gateway. */
export const GATEWAY_USERS_SECRET = 'gateway-users';

/** What opens the receivers of alerts. */
export const ALERTMANAGER_SECRET = 'alertmanager-receivers';

/** What Grafana shows its metrics for, and the nginx beside it adds. */
export const GRAFANA_METRICS_SECRET = 'grafana-metrics';

/** What a credential may do. */
export type AccessKind = 'write' | 'read' | 'erase';

/** Secret with one credential's password, for the pod that uses it. */
export function credentialSecretName(credential: string): string {
  return `gateway-credential-${credential}`;
}

/** Every Secret that must exist before the stack's pods can start, in a stable order. */
export function secretTable(config: StackConfig): readonly SecretSpec[] {
  return [
    ...grafanaSecrets(config),
    ...gatewaySecrets(config),
    ...bucketSecrets(config),
    ...alertmanagerSecrets(config),
  ];
}

function grafanaSecrets(config: StackConfig): readonly SecretSpec[] {
  const { grafana, namespaces } = config;
  const { login, database, smtp, ingress } = grafana;
  const own = { namespace: namespaces.logging, madeBy: 'secretSource', readBy: 'grafana' } as const;
  const { oauth, ldap } = login;
  return [
    {
      ...own,
      name: login.adminSecret,
      namedAt: ['grafana', 'login', 'adminSecret'],
      keys: {
        password: 'password of the first user',
        secretKey: 'key that Grafana encrypts its own database fields with',
      },
    },
    ...(hasGrafanaMetrics(config)
      ? [
          {
            ...own,
            name: GRAFANA_METRICS_SECRET,
            keys: {
              password: 'password of Grafana’s metrics',
              'authorization.conf': 'line of nginx’ configuration that adds it to a request',
            },
          },
        ]
      : []),
    ...(oauth === undefined
      ? []
      : [
          {
            ...own,
            name: oauth.secret,
            namedAt: ['grafana', 'login', 'oauth', 'secret'],
            keys: Object.fromEntries(
              oauthProviders(oauth).map((provider) => [provider, `client secret of OAuth provider ${provider}`]),
            ),
          },
        ]),
    ...(ldap === undefined
      ? []
      : [
          {
            ...own,
            name: ldap.bindSecret,
            namedAt: ['grafana', 'login', 'ldap', 'bindSecret'],
            keys: {
              'ldap.toml': 'Grafana’s LDAP config, with the password that it searches with',
              ...(ldap.privateCa ? { 'ca.crt': 'certificate of the CA of the LDAP server' } : {}),
            },
          },
        ]),
    ...(database.type === 'sqlite'
      ? []
      : [
          {
            ...own,
            name: database.passwordSecret,
            namedAt: ['grafana', 'database', 'passwordSecret'],
            keys: { password: `password of database user ${database.user}` },
          },
        ]),
    ...(smtp?.user === undefined
      ? []
      : [
          {
            ...own,
            name: smtp.passwordSecret,
            namedAt: ['grafana', 'smtp', 'passwordSecret'],
            keys: { password: `password of mail user ${smtp.user}` },
          },
        ]),
    ...(ingress?.tls === undefined
      ? []
      : [
          {
            name: ingress.tls.secretName,
            namespace: namespaces.logging,
            madeBy: ingress.tls.clusterIssuer === undefined ? ('operator' as const) : ('cert-manager' as const),
            readBy: 'ingress controller',
            namedAt: ['grafana', 'ingress', 'tls', 'secretName'],
            keys: { 'tls.crt': 'certificate of Grafana’s host', 'tls.key': 'its key' },
          },
        ]),
  ];
}

/** Whether Grafana has metrics to show: somebody scrapes them. */
export function hasGrafanaMetrics(config: Pick<StackConfig, 'monitoring' | 'environment'>): boolean {
  return monitoringType(config) !== 'none';
}

function gatewaySecrets({ auth, grafana, agent, canary, gateway, namespaces }: StackConfig): readonly SecretSpec[] {
  const { logging, agents } = namespaces;
  const { tls } = gateway;
  const credentials: readonly SecretSpec[] = [
    {
      name: GATEWAY_USERS_SECRET,
      namespace: logging,
      madeBy: 'secretSource',
      readBy: 'gateway',
      keys: {
        users: 'htpasswd of all credentials',
        previous: 'htpasswd of the passwords before these, which still count while they are there',
      },
    },
    {
      name: credentialSecretName(agent.credential),
      namespace: agents,
      madeBy: 'secretSource',
      readBy: 'promtail',
      keys: { password: `password of write credential ${agent.credential}` },
    },
    {
      name: credentialSecretName(grafana.credential),
      namespace: logging,
      madeBy: 'secretSource',
      readBy: 'grafana',
      keys: { password: `password of read credential ${grafana.credential}` },
    },
    ...(canary === undefined
      ? []
      : [
          {
            name: credentialSecretName(canary.credential),
            namespace: logging,
            madeBy: 'secretSource' as const,
            readBy: 'canary',
            keys: {
              password: `password of read credential ${canary.credential}`,
              'authorization.conf': 'line of nginx’ configuration that adds it to a request',
            },
          },
        ]),
  ];
  const madeBy = tls?.clusterIssuer === undefined ? 'operator' : 'cert-manager';
  return [
    ...(auth.loki.enabled ? credentials : []),
    ...(tls === undefined
      ? []
      : [
          {
            name: tls.secretName,
            namespace: logging,
            madeBy,
            readBy: 'gateway; grafana and canary, of it ca.crt alone',
            namedAt: ['gateway', 'tls', 'secretName'],
            keys: {
              'tls.crt': 'certificate of the gateway’s Service',
              'tls.key': 'its key',
              'ca.crt': 'certificate of the CA that made it',
            },
          } as const,
          {
            name: tls.caSecretName,
            namespace: agents,
            madeBy,
            readBy: 'promtail',
            namedAt: ['gateway', 'tls', 'caSecretName'],
            keys: { 'ca.crt': 'certificate of the CA that made the gateway’s' },
          } as const,
        ]),
  ];
}

function bucketSecrets({ storage, namespaces }: StackConfig): readonly SecretSpec[] {
  return storage.type === 'filesystem' || storage.access.type !== 'secret'
    ? []
    : [
        {
          name: storage.access.secret,
          namespace: namespaces.logging,
          madeBy: 'secretSource',
          readBy: 'loki, and in mode ha the compactor',
          namedAt: ['storage', 'access', 'secret'],
          keys: { credentials: 'access key of the bucket, as a credentials file of AWS' },
        },
      ];
}

/** Keys of a receiver's secrets in {@link ALERTMANAGER_SECRET}. A name has no underscore, so no two receivers share one. */
export function receiverKeys(receiver: Receiver): {
  /** Its URL, or with PagerDuty its key. */
  readonly address?: string;
  /** Password or token that is sent along. */
  readonly credentials?: string;
} {
  const { name, type } = receiver;
  const hasCredentials =
    type === 'email' ? receiver.user !== undefined : type === 'webhook' && receiver.auth !== undefined;
  return {
    ...(type === 'email' ? {} : { address: name }),
    ...(hasCredentials ? { credentials: `${name}_credentials` } : {}),
  };
}

/** Keys of {@link ALERTMANAGER_SECRET} → what each holds. */
export function alertmanagerKeys(
  config: Pick<StackConfig, 'alertmanager' | 'alerting' | 'monitoring' | 'environment'>,
): Readonly<Record<string, string>> {
  const { alertmanager } = config;
  if (alertmanager.type !== 'embedded') return {};
  const ofReceivers = alertmanager.receivers.flatMap((receiver): readonly (readonly [string, string])[] => {
    const { address, credentials: key } = receiverKeys(receiver);
    return [
      ...(address === undefined
        ? []
        : [[address, `URL of receiver ${receiver.name}; with PagerDuty its integration key`] as const]),
      ...(key === undefined ? [] : [[key, `password or token of receiver ${receiver.name}`] as const]),
    ];
  });
  const ofHeartbeat = heartbeatSources(config).map(
    (source) => [heartbeatKey(source), `URL of the heartbeat of ${source}`] as const,
  );
  return Object.fromEntries([...ofReceivers, ...ofHeartbeat]);
}

function alertmanagerSecrets(config: StackConfig): readonly SecretSpec[] {
  const keys = alertmanagerKeys(config);
  return Object.keys(keys).length === 0
    ? []
    : [
        {
          name: ALERTMANAGER_SECRET,
          namespace: config.namespaces.logging,
          madeBy: 'secretSource',
          readBy: 'alertmanager',
          keys,
        },
      ];
}

/** Names of the configured OAuth providers, in the order of the schema. */
export function oauthProviders(
  oauth: NonNullable<StackConfig['grafana']['login']['oauth']>,
): readonly ('github' | 'google' | 'generic')[] {
  return (['github', 'google', 'generic'] as const).filter((provider) => oauth[provider] !== undefined);
}

/** A credential, what it may do, and of which tenants. */
export interface Credential {
  readonly name: string;
  readonly kind: AccessKind;
  /** One, or several for a reader across tenants. */
  readonly tenants: readonly string[];
}

/** All credentials: write, read, erase, then the readers across tenants, each in the order of the config. */
export function credentials({ auth }: Pick<StackConfig, 'auth'>): readonly Credential[] {
  const { tenants, crossTenantReaders } = auth.loki;
  return [
    ...(['write', 'read', 'erase'] as const).flatMap((kind) =>
      tenants.flatMap((tenant) => tenant[kind].map((name) => ({ name, kind, tenants: [tenant.name] }))),
    ),
    ...crossTenantReaders.map(({ name, tenants: names }) => ({ name, kind: 'read' as const, tenants: names })),
  ];
}
