/**
 * The one table of secrets. A row is a Secret: when a stack needs it, who makes and who reads it, and of each key what it
 * holds, which value it is made of, what that value has to be, and where it comes from. Whatever handles secrets follows
 * from these rows: the check of values, generated ones, Secrets, ExternalSecrets, roll-outs, the reference and `npm run secrets`.
 */
import {
  alsoKeys,
  credentials,
  datasourceKey,
  type FurtherDestination,
  keptDatasources,
  oauthProviders,
  type Receiver,
  receiverKeys,
  SECRET_NAMES,
  SECRETS_KEY,
  type StackConfig,
  tenantSecretNames,
} from '../config';
import { METRICS_USER } from '../config/derived/grafana-settings';
import { heartbeatKey, heartbeatSources } from '../config/derived/heartbeat';
import { AUTHORIZATION_FILE, authorizationLine, authorizationTemplate } from './authorization';
import { bucketCredentials, CREDENTIALS_FILE } from './bucket-credentials';
import { credentialLine, metricsPassword } from './hashes';
import { LDAP_FILE, ldapConfig, ldapConfigTemplate } from './ldap-config';
import type { Reader, SecretKey, SecretRow, SecretValue, SecretValues } from './row';
import * as rules from './rules';

/** Passwords that a rotation has replaced, and that count for as long as they are set. */
export const PREVIOUS = 'gatewayPrevious';
/** URLs of the outside service that misses the heartbeat. */
export const HEARTBEAT = 'heartbeat';

const GATEWAY_ISSUER: SecretRow['issuer'] = {
  option: 'gateway.tls.clusterIssuer',
  isSet: ({ gateway }) => gateway.tls?.clusterIssuer !== undefined,
};

/** What reads a key when it starts alone, and what reads it again. */
const atStart = (...workloads: readonly Reader['workload'][]): readonly Reader[] =>
  workloads.map((workload) => ({ workload, atStart: true }));
const whileRunning = (...workloads: readonly Reader['workload'][]): readonly Reader[] =>
  workloads.map((workload) => ({ workload, atStart: false }));

const GRAFANA_KEY = generated('grafana.secretKey', rules.readableForGrafana(rules.SECRET_KEY));
const LDAP_PASSWORD = handedOut('grafana.ldapBindPassword', rules.readableForGrafana(rules.PASSWORD));
const BUCKET_KEY_ID = handedOut('s3.accessKeyId', rules.BUCKET_KEY);
const BUCKET_KEY = handedOut('s3.secretAccessKey', rules.BUCKET_KEY);

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
      key('password', 'password of write credential `agent.credential`', passwordOf(agent.credential)),
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
    secret: SECRET_NAMES.bucket,
    neededWith: 'storage.type: s3',
    readBy: ({ deployment }) => atStart('loki', ...(deployment.mode === 'ha' ? ['compactor' as const] : [])),
    keys: () => [
      {
        ...key(CREDENTIALS_FILE, 'access key of the bucket, as a credentials file of AWS', BUCKET_KEY_ID, BUCKET_KEY),
        contents: (values) => bucketCredentials(valueOf(values, BUCKET_KEY_ID), valueOf(values, BUCKET_KEY)),
        made: {
          properties: { accessKeyId: BUCKET_KEY_ID.path, secretAccessKey: BUCKET_KEY.path },
          template: bucketCredentials('{{ .accessKeyId }}', '{{ .secretAccessKey }}'),
        },
      },
    ],
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
          handedOut(`${HEARTBEAT}.${source}`, rules.ADDRESSES.webhook),
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

/** A key, and the values that it is made of. */
function key(name: string, holds: string, ...values: readonly SecretValue[]): SecretKey {
  return { key: name, holds, values };
}

/** A password, and the line with which an nginx adds it to requests. */
function withAuthorization(user: string, password: SecretKey): readonly SecretKey[] {
  return [
    password,
    {
      ...key(AUTHORIZATION_FILE, 'line of nginx’ configuration that adds it to a request', ...password.values),
      contents: (values) => authorizationLine(user, contentsOf(password, values)),
      made: { properties: {}, template: authorizationTemplate(user) },
    },
  ];
}

function ldapKeys(ldap: NonNullable<StackConfig['grafana']['login']['ldap']>): readonly SecretKey[] {
  const file: SecretKey = {
    ...key(LDAP_FILE, 'Grafana’s LDAP config, with the password that it searches with', LDAP_PASSWORD),
    contents: (values) => ldapConfig(ldap, valueOf(values, LDAP_PASSWORD)),
    made: { properties: { bindPassword: LDAP_PASSWORD.path }, template: ldapConfigTemplate(ldap, 'bindPassword') },
  };
  const ca: SecretKey = {
    ...key('ca.crt', 'certificate of the CA of the LDAP server', handedOut('grafana.ldapCa', rules.CERTIFICATE)),
    neededWith: 'grafana.login.ldap.privateCa',
  };
  return ldap.privateCa ? [file, ca] : [file];
}

/** Lines of the credentials that have such a password. */
function htpasswd(
  config: StackConfig,
  name: string,
  holds: string,
  valueFor: (credential: string) => SecretValue,
): SecretKey {
  const all = credentials(config).map((credential) => ({ name: credential.name, value: valueFor(credential.name) }));
  return {
    ...key(name, holds, ...all.map(({ value }) => value)),
    contents: (values) =>
      all
        .filter(({ value: { path, required = true } }) => required || values[path] !== undefined)
        .map((one) => `${credentialLine(one.name, valueOf(values, one.value))}\n`)
        .join(''),
  };
}

/** What opens a receiver of alerts; it is handed out by whom the receiver belongs to. */
function receiverSecrets(receiver: Receiver): readonly SecretKey[] {
  const { address, credentials: credentialsKey } = receiverKeys(receiver);
  const { name, type } = receiver;
  const keys: SecretKey[] = [];
  if (address !== undefined && type !== 'email') {
    const url = handedOut(`alertmanager.${name}`, rules.ADDRESSES[type]);
    const holds = `URL of receiver ${name}; with PagerDuty its integration key`;
    keys.push({ ...key(address, holds, url), neededWith: `alertmanager.receivers: ${type}` });
  }
  if (credentialsKey !== undefined) {
    const password = {
      ...handedOut(`alertmanagerCredentials.${name}`, rules.HANDED_OUT),
      variable: `${variableOf(`alertmanager.${name}`)}_CREDENTIALS`,
    };
    const option = type === 'email' ? 'user' : 'auth';
    keys.push({
      ...key(credentialsKey, `password or token of receiver ${name}`, password),
      neededWith: `alertmanager.receivers: ${type} with ${option}`,
    });
  }
  return keys;
}

/** What a further destination asks for, and the CA that vouches for it. */
function alsoSecrets(destination: FurtherDestination): readonly SecretKey[] {
  const { name } = destination;
  const { password, ca } = alsoKeys(destination);
  const path = `agent.also.${name}`;
  return [
    ...(password === undefined
      ? []
      : [
          {
            ...key(
              password,
              `password of further destination ${name}`,
              handedOut(`${path}.password`, rules.withoutBlanksAround(rules.HANDED_OUT)),
            ),
            neededWith: 'agent.also (user)',
          },
        ]),
    ...(ca === undefined
      ? []
      : [
          {
            ...key(
              ca,
              `certificate of the CA of further destination ${name}`,
              handedOut(`${path}.ca`, rules.CERTIFICATE),
            ),
            neededWith: 'agent.also (privateCa)',
            readBy: atStart('collector'),
          },
        ]),
  ];
}

/** Each credential's password. */
function passwordOf(credential: string): SecretValue {
  return generated(`gateway.${credential}`, rules.CREDENTIAL);
}

/** The one before it, while both count. */
function previousOf(credential: string): SecretValue {
  return { ...rules.CREDENTIAL, path: `${PREVIOUS}.${credential}`, generated: false, required: false };
}

function generated(path: string, rule: rules.ValueRule): SecretValue {
  return { ...rule, path, generated: true };
}

function handedOut(path: string, rule: rules.ValueRule): SecretValue {
  return { ...rule, path, generated: false, variable: variableOf(path) };
}

/** `s3.accessKeyId` → `S3_ACCESS_KEY_ID`. */
function variableOf(path: string): string {
  return path.replaceAll(/[A-Z]/g, '_$&').replaceAll(/[.-]/g, '_').toUpperCase();
}

/** @throws Error for a value that is not there */
function valueOf(values: SecretValues, { path }: SecretValue): string {
  const found = values[path];
  if (found === undefined) throw new Error(`No value for ${SECRETS_KEY}.${path}; call checkSecretValues first.`);
  return found;
}

/** What a key holds in a Secret that is made from values. */
export function contentsOf({ values: [value], contents }: SecretKey, values: SecretValues): string {
  if (contents !== undefined) return contents(values);
  return value === undefined ? '' : valueOf(values, value);
}

/** Whether a Secret may do without a key: there need not be a value for it. */
export function isOptional({ values }: SecretKey): boolean {
  return values.length > 0 && values.every(({ required = true }) => !required);
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
  return [...TABLE, ...tenantRows(config)].flatMap((row): readonly StackSecret[] => {
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
