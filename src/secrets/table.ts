/**
 * The one table of secrets. A row is a Secret: when a stack needs it, who makes and who reads it, and of each key what it
 * holds, which value it is made of, what that value has to be, and where it comes from. Whatever handles secrets follows
 * from these rows: the check of values, generated ones, Secrets, ExternalSecrets, roll-outs, the reference and `npm run secrets`.
 */
import {
  agentTenantSecretNames,
  datasourceKey,
  keptDatasources,
  oauthProviders,
  SECRET_NAMES,
  type StackConfig,
  tenantSecretNames,
} from '../config';
import { METRICS_USER } from '../config/derived/grafana-settings';
import { heartbeatKey, heartbeatSources } from '../config/derived/heartbeat';
import { bucketKeys } from './bucket-keys';
import { metricsPassword } from './hashes';
import {
  alsoSecrets,
  atStart,
  generated,
  handedOut,
  htpasswd,
  key,
  ldapKeys,
  passwordElsewhere,
  passwordOf,
  previousOf,
  receiverSecrets,
  valueOf,
  whileRunning,
  withAuthorization,
} from './keys';
import type { Reader, SecretKey, SecretRow } from './row';
import { ADDRESSES } from './receiver-rules';
import * as rules from './rules';

/** URLs of the outside service that misses the heartbeat. */
export const HEARTBEAT = 'heartbeat';

const GATEWAY_ISSUER: SecretRow['issuer'] = {
  option: 'gateway.tls.clusterIssuer',
  isSet: ({ gateway }) => gateway.tls?.clusterIssuer !== undefined,
};

const GRAFANA_KEY = generated('grafana.secretKey', rules.readableForGrafana(rules.SECRET_KEY));

/** The Secrets, in the order of {@link SECRET_NAMES}. */
export const TABLE: readonly SecretRow[] = [
  {
    secret: SECRET_NAMES.admin,
    neededWith: 'always',
    readBy: () => atStart('grafana'),
    keys: () => [
      key(
        'password',
        'password of the first user',
        generated('grafana.adminPassword', rules.readableForGrafana(rules.OWN_PASSWORD)),
      ),
      key('secretKey', 'key that Grafana encrypts its own database fields with', GRAFANA_KEY),
    ],
  },
  {
    secret: SECRET_NAMES.metrics,
    neededWith: 'monitoring.type (any but none)',
    readBy: () => atStart('grafana'),
    keys: () =>
      withAuthorization(METRICS_USER, {
        ...key('password', 'password of Grafana’s metrics', GRAFANA_KEY),
        contents: (values) => metricsPassword(valueOf(values, GRAFANA_KEY)),
      }),
  },
  {
    secret: SECRET_NAMES.oauth,
    readBy: () => atStart('grafana'),
    keys: ({ grafana }) =>
      oauthProviders(grafana.login.oauth).map((provider) => ({
        ...key(
          provider,
          `client secret of OAuth provider ${provider}`,
          handedOut(`grafana.oauth.${provider}`, rules.readableForGrafana(rules.HANDED_OUT)),
        ),
        neededWith: `grafana.login.oauth.${provider}`,
      })),
  },
  {
    secret: SECRET_NAMES.ldap,
    neededWith: 'grafana.login.ldap',
    readBy: () => atStart('grafana'),
    keys: ({ grafana: { login } }) => (login.ldap === undefined ? [] : ldapKeys(login.ldap)),
  },
  {
    secret: SECRET_NAMES.database,
    neededWith: 'grafana.database.type: postgres',
    readBy: () => atStart('grafana'),
    keys: () => [
      key(
        'password',
        'password of database user `grafana.database.user`',
        handedOut('grafana.databasePassword', rules.readableForGrafana(rules.PASSWORD)),
      ),
    ],
  },
  {
    secret: SECRET_NAMES.smtp,
    neededWith: 'grafana.smtp.user',
    readBy: () => atStart('grafana'),
    keys: () => [
      key(
        'password',
        'password of mail user `grafana.smtp.user`',
        handedOut('grafana.smtpPassword', rules.readableForGrafana(rules.PASSWORD)),
      ),
    ],
  },
  {
    secret: SECRET_NAMES.datasources,
    readBy: () => atStart('grafana'),
    keys: ({ grafana }) =>
      keptDatasources(grafana.datasources).flatMap(({ uid, secrets }) =>
        secrets.map((setting) => ({
          ...key(
            datasourceKey(uid, setting),
            `secret setting \`${setting}\` of datasource \`${uid}\``,
            handedOut(`grafana.datasources.${uid}.${setting}`, rules.readableForGrafana(rules.HANDED_OUT)),
          ),
          neededWith: 'grafana.datasources (secrets)',
        })),
      ),
  },
  {
    secret: SECRET_NAMES.ingress,
    neededWith: 'grafana.ingress.tls',
    issuer: {
      option: 'grafana.ingress.tls.clusterIssuer',
      isSet: ({ grafana }) => grafana.ingress?.tls?.clusterIssuer !== undefined,
    },
    readBy: () => whileRunning('ingress controller'),
    keys: () => [key('tls.crt', 'certificate of Grafana’s host'), key('tls.key', 'its key')],
  },
  {
    secret: SECRET_NAMES.users,
    neededWith: 'auth.loki.enabled',
    readBy: () => atStart('gateway'),
    keys: (config) => [
      htpasswd(config, 'users', 'htpasswd of all credentials', passwordOf),
      htpasswd(
        config,
        'previous',
        'htpasswd of the passwords before these, which still count while they are there',
        previousOf,
      ),
    ],
  },
  {
    secret: SECRET_NAMES.agentCredential,
    neededWith: 'auth.loki.enabled',
    readBy: ({ agent }) => whileRunning(agent.type),
    keys: ({ agent }) => [
      key(
        'password',
        'password of write credential `agent.credential`',
        agent.gateway === undefined ? passwordOf(agent.credential) : passwordElsewhere(agent.credential),
      ),
    ],
  },
  {
    secret: SECRET_NAMES.grafanaCredential,
    neededWith: 'auth.loki.enabled',
    readBy: () => atStart('grafana'),
    keys: ({ grafana }) => [
      key('password', 'password of read credential `grafana.credential`', passwordOf(grafana.credential)),
    ],
  },
  {
    secret: SECRET_NAMES.canaryCredential,
    neededWith: 'canary',
    readBy: () => atStart('canary'),
    keys: ({ canary }) =>
      canary === undefined
        ? []
        : withAuthorization(
            canary.credential,
            key('password', 'password of read credential `canary.credential`', passwordOf(canary.credential)),
          ),
  },
  {
    secret: SECRET_NAMES.gatewayTls,
    neededWith: 'gateway.tls',
    issuer: GATEWAY_ISSUER,
    readBy: () => whileRunning('gateway'),
    keys: ({ canary }) => [
      key('tls.crt', 'certificate of the gateway’s Service'),
      key('tls.key', 'its key'),
      {
        ...key('ca.crt', 'certificate of the CA that made it'),
        readBy: atStart('grafana', ...(canary === undefined ? [] : ['canary' as const])),
      },
    ],
  },
  {
    secret: SECRET_NAMES.gatewayCa,
    neededWith: 'gateway.tls',
    issuer: GATEWAY_ISSUER,
    readBy: ({ agent }) => (agent.type === 'promtail' ? whileRunning(agent.type) : atStart(agent.type)),
    keys: () => [key('ca.crt', 'certificate of the CA that made the gateway’s')],
  },
  {
    secret: SECRET_NAMES.agentGatewayCa,
    neededWith: 'agent.gateway.privateCa',
    readBy: ({ agent }) => (agent.type === 'promtail' ? whileRunning(agent.type) : atStart(agent.type)),
    keys: () => [
      key(
        'ca.crt',
        'certificate of the CA that made that of the other stack’s gateway',
        handedOut('agent.gateway.ca', rules.CERTIFICATE),
      ),
    ],
  },
  {
    secret: SECRET_NAMES.exposed,
    neededWith: 'gateway.expose.tls',
    issuer: {
      option: 'gateway.expose.tls.clusterIssuer',
      isSet: ({ gateway: { expose } }) =>
        expose !== undefined && expose.type !== 'route' && expose.tls?.clusterIssuer !== undefined,
    },
    readBy: ({ gateway: { expose } }) =>
      whileRunning(expose?.type === 'loadBalancer' ? 'gateway' : 'ingress controller'),
    keys: () => [key('tls.crt', 'certificate of the gateway’s host outside of the cluster'), key('tls.key', 'its key')],
  },
  {
    secret: SECRET_NAMES.bucket,
    readBy: ({ deployment }) => atStart('loki', ...(deployment.mode === 'ha' ? ['compactor' as const] : [])),
    keys: bucketKeys,
  },
  {
    secret: SECRET_NAMES.receivers,
    readBy: () => whileRunning('alertmanager'),
    keys: (config) => [
      ...(config.alertmanager.type === 'embedded' ? config.alertmanager.receivers.flatMap(receiverSecrets) : []),
      ...heartbeatSources(config).map((source) => ({
        ...key(
          heartbeatKey(source),
          `URL of the heartbeat of ${source}`,
          handedOut(`${HEARTBEAT}.${source}`, ADDRESSES.webhook),
        ),
        neededWith: 'alertmanager.heartbeat',
      })),
    ],
  },
  {
    secret: SECRET_NAMES.also,
    readBy: () => whileRunning('collector'),
    keys: ({ agent }) => agent.also.flatMap(alsoSecrets),
  },
];

/** The Secrets of Grafana's further Loki datasources: as many as the config names. */
function tenantRows(config: StackConfig): readonly SecretRow[] {
  const { tenants } = config.grafana.datasources;
  return tenantSecretNames(config).map((secret, index) => ({
    secret,
    neededWith: 'grafana.datasources.tenants',
    readBy: () => atStart('grafana'),
    keys: () =>
      tenants
        .slice(index, index + 1)
        .map(({ credential }) =>
          key(
            'password',
            'password of read credential `grafana.datasources.tenants[].credential`',
            passwordOf(credential),
          ),
        ),
  }));
}

/** The Secrets of the tenants of some namespaces: as many as the config names. */
function agentTenantRows(config: StackConfig): readonly SecretRow[] {
  return agentTenantSecretNames(config).map((secret, index) => ({
    secret,
    neededWith: 'agent.tenants',
    readBy: () => whileRunning('collector'),
    keys: ({ agent }) =>
      agent.tenants
        .slice(index, index + 1)
        .map(({ credential }) =>
          key('password', 'password of write credential `agent.tenants[].credential`', passwordOf(credential)),
        ),
  }));
}

/** A Secret that a stack has. */
export interface StackSecret {
  readonly name: string;
  readonly namespace: string;
  /** Who makes it: whom `secretSource` names, cert-manager, or whoever runs the cluster. */
  readonly madeBy: 'secretSource' | 'cert-manager' | 'operator';
  /** Key → who reads it. */
  readonly keys: readonly (SecretKey & { readonly readBy: readonly Reader[] })[];
  readonly row: SecretRow;
}

/** The Secrets of a stack, with its names. */
export function secretRows(config: StackConfig): readonly StackSecret[] {
  return [...TABLE, ...tenantRows(config), ...agentTenantRows(config)].flatMap((row): readonly StackSecret[] => {
    const name = row.secret.nameIn(config);
    if (name === undefined) return [];
    const { issuer } = row;
    const byOthers = issuer?.isSet(config) === true ? 'cert-manager' : 'operator';
    return [
      {
        row,
        name,
        namespace: config.namespaces[row.secret.namespace],
        madeBy: issuer === undefined ? 'secretSource' : byOthers,
        keys: row.keys(config).map((key) => ({ readBy: row.readBy(config), ...key })),
      },
    ];
  });
}
