/**
 * The Secrets of a stack: when it has each, what it is called, and which option names it. The rules of a stack file compare
 * these names, so they are here; keys, values and readers are in the table of `src/secrets`.
 */
import { AGENT_GATEWAY_CA_SECRET } from './derived/agent-gateway';
import { hasAgentsAlone } from './derived/components';
import { isBucket } from './derived/bucket';
import { hasGrafanaMetrics } from './derived/monitoring';
import { heartbeatSources } from './derived/heartbeat';
import type { FurtherDestination, Receiver, StackConfig } from './schema';

/** Name of one Secret. */
export interface SecretName {
  /** Namespace that it is in, as `namespaces` calls it. */
  readonly namespace: 'logging' | 'agents';
  /** Path of its name in the stack config; absent where the name is fixed. */
  readonly namedAt?: readonly string[];
  /** @returns undefined where the stack has no such Secret */
  readonly nameIn: (config: StackConfig) => string | undefined;
}

/** htpasswd files of the gateway. */
export const GATEWAY_USERS_SECRET = 'gateway-users';

/** What opens the receivers of alerts. */
export const ALERTMANAGER_SECRET = 'alertmanager-receivers';

/** What Grafana shows its metrics for, and the nginx beside it adds. */
export const GRAFANA_METRICS_SECRET = 'grafana-metrics';

/** What the agent's further destinations ask for. */
export const ALSO_SECRET = 'agent-also';

/** Secret with one credential's password, for the pod that uses it. */
export function credentialSecretName(credential: string): string {
  return `gateway-credential-${credential}`;
}

/** Every Secret that a stack may have, in the order of reports and of rendered objects. */
export const SECRET_NAMES = {
  admin: inGrafana('login.adminSecret', ({ login }) => login.adminSecret),
  metrics: fixed(GRAFANA_METRICS_SECRET, hasGrafanaMetrics),
  oauth: inGrafana('login.oauth.secret', ({ login }) => login.oauth?.secret),
  ldap: inGrafana('login.ldap.bindSecret', ({ login }) => login.ldap?.bindSecret),
  database: inGrafana('database.passwordSecret', ({ database }) =>
    database.type === 'sqlite' ? undefined : database.passwordSecret,
  ),
  smtp: inGrafana('smtp.passwordSecret', ({ smtp }) => (smtp?.user === undefined ? undefined : smtp.passwordSecret)),
  datasources: inGrafana('datasources.secret', ({ datasources }) =>
    keptDatasources(datasources).length === 0 ? undefined : datasources.secret,
  ),
  ingress: inGrafana('ingress.tls.secretName', ({ ingress }) => ingress?.tls?.secretName),
  users: fixed(GATEWAY_USERS_SECRET, ({ auth }) => auth.loki.enabled),
  agentCredential: ofCredential('agents', ({ agent }) => agent.credential),
  grafanaCredential: ofCredential('logging', ({ grafana }) => grafana.credential),
  canaryCredential: ofCredential('logging', ({ canary }) => canary?.credential),
  gatewayTls: named('gateway.tls.secretName', ({ gateway }) => gateway.tls?.secretName),
  gatewayCa: inAgents(named('gateway.tls.caSecretName', ({ gateway }) => gateway.tls?.caSecretName)),
  agentGatewayCa: {
    namespace: 'agents',
    nameIn: ({ agent }) => (agent.gateway?.privateCa === true ? AGENT_GATEWAY_CA_SECRET : undefined),
  },
  exposed: named('gateway.expose.tls.secretName', ({ gateway: { expose } }) =>
    expose === undefined || expose.type === 'route' ? undefined : expose.tls?.secretName,
  ),
  bucket: named('storage.access.secret', ({ storage }) =>
    isBucket(storage) && storage.access.type === 'secret' ? storage.access.secret : undefined,
  ),
  receivers: fixed(ALERTMANAGER_SECRET, hasReceiverSecrets),
  also: {
    namespace: 'agents',
    nameIn: ({ agent }) => (agent.also.some((one) => Object.keys(alsoKeys(one)).length > 0) ? ALSO_SECRET : undefined),
  },
} as const satisfies Readonly<Record<string, SecretName>>;

/** A datasource that the config gives secret settings. */
export interface KeptDatasource {
  readonly uid: string;
  /** Keys of its `secureJsonData`. */
  readonly secrets: readonly string[];
}

/** uid of the Tempo datasource. */
export const TEMPO_UID = 'tempo';

/** The datasources with secret settings, in the order of the config. */
export function keptDatasources({ tempo, others }: StackConfig['grafana']['datasources']): readonly KeptDatasource[] {
  return [...(tempo === undefined ? [] : [{ uid: TEMPO_UID, secrets: tempo.secrets }]), ...others].filter(
    ({ secrets }) => secrets.length > 0,
  );
}

/** Key of a secret setting in the Secret of the datasources. Neither part has an underscore. */
export function datasourceKey(uid: string, setting: string): string {
  return `${uid}_${setting}`;
}

/** Secrets of the credentials that Grafana's further Loki datasources query with. */
export function tenantSecretNames({ auth, grafana }: StackConfig): readonly SecretName[] {
  return auth.loki.enabled
    ? grafana.datasources.tenants.map(({ credential }) => fixed(credentialSecretName(credential), () => true))
    : [];
}

/** Secrets of the credentials that the agent pushes with for the namespaces of some tenants. */
export function agentTenantSecretNames({ auth, agent }: StackConfig): readonly SecretName[] {
  return auth.loki.enabled
    ? agent.tenants.map(({ credential }) => ({
        namespace: 'agents',
        nameIn: () => credentialSecretName(credential),
      }))
    : [];
}

function named(option: string, nameIn: SecretName['nameIn']): SecretName {
  return { namespace: 'logging', namedAt: option.split('.'), nameIn: withLoki(nameIn) };
}

function inAgents(name: SecretName): SecretName {
  return { ...name, namespace: 'agents' };
}

/** Agents alone have nothing in the logging namespace. */
function withLoki(nameIn: SecretName['nameIn']): SecretName['nameIn'] {
  return (config) => (hasAgentsAlone(config) ? undefined : nameIn(config));
}

function inGrafana(option: string, nameIn: (grafana: StackConfig['grafana']) => string | undefined): SecretName {
  return named(`grafana.${option}`, ({ grafana }) => nameIn(grafana));
}

function fixed(name: string, isWanted: (config: StackConfig) => boolean): SecretName {
  return { namespace: 'logging', nameIn: withLoki((config) => (isWanted(config) ? name : undefined)) };
}

function ofCredential(namespace: SecretName['namespace'], credentialIn: SecretName['nameIn']): SecretName {
  const nameIn: SecretName['nameIn'] = (config) => {
    const credential = config.auth.loki.enabled ? credentialIn(config) : undefined;
    return credential === undefined ? undefined : credentialSecretName(credential);
  };
  return { namespace, nameIn: namespace === 'logging' ? withLoki(nameIn) : nameIn };
}

function hasReceiverSecrets(config: StackConfig): boolean {
  const { alertmanager } = config;
  const isSecret = (receiver: Receiver): boolean => Object.keys(receiverKeys(receiver)).length > 0;
  return (
    alertmanager.type === 'embedded' && (alertmanager.receivers.some(isSecret) || heartbeatSources(config).length > 0)
  );
}

/** Keys of a receiver's secrets in {@link ALERTMANAGER_SECRET}. A name has no underscore, so no two receivers share one. */
export function receiverKeys(receiver: Receiver): {
  /** Its URL; of a service whose URL is known, its key or token. */
  readonly address?: string;
  /** Password or token that is sent along. */
  readonly credentials?: string;
} {
  const { name, type } = receiver;
  const hasCredentials =
    (type === 'email' && receiver.user !== undefined) ||
    (type === 'webhook' && receiver.auth !== undefined) ||
    type === 'pushover';
  return {
    ...(type === 'email' ? {} : { address: name }),
    ...(hasCredentials ? { credentials: `${name}_credentials` } : {}),
  };
}

/** Keys of a further destination's secrets in {@link ALSO_SECRET}. A name has no underscore. */
export function alsoKeys({ name, user, privateCa }: Pick<FurtherDestination, 'name' | 'user' | 'privateCa'>): {
  readonly password?: string;
  /** Certificate of its CA. */
  readonly ca?: string;
} {
  return {
    ...(user === undefined ? {} : { password: `${name}_password` }),
    ...(privateCa ? { ca: `${name}_ca.crt` } : {}),
  };
}

/** Names of the configured OAuth providers, in the order of the schema; none without OAuth. */
export function oauthProviders(
  oauth: StackConfig['grafana']['login']['oauth'],
): readonly ('github' | 'google' | 'generic')[] {
  return (['github', 'google', 'generic'] as const).filter((provider) => oauth?.[provider] !== undefined);
}
