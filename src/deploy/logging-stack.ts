import { setTimeout as sleep } from 'node:timers/promises';
import * as kubernetes from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { StackConfig } from '../config';
import { agentGatewayUrl, gatewayServicePort } from '../components/gateway';
import { GATEWAY, GRAFANA } from '../components/kit/identity';
import { hasAgentsAlone } from '../config/derived/components';
import { stackWarnings } from '../config/derived/warnings';
import { formatDuration } from '../config/units';
import { isWorkload, type KubernetesObject, stackObjects, type Workload } from '../../charts/objects';
import { registerResource } from './resource-types';
import { secretManifest } from '../../charts/secret-manifests';
import { secretHash, type SecretObject, secretObjects } from '../secrets/objects';
import { checkSecretValues, isRotatingAgent, requiredSecrets } from '../secrets/values';
import type { SecretValues } from '../secrets/row';

/** Longer than a stopped gateway still answers. */
const OLD_GATEWAY_MS = 10_000;

/**
 * Pulumi would replace a StatefulSet for these, and with it, where `persistence.retainOnDelete` is false, its volume with all
 * logs. `npm run resize` changes them without; the program, and `npm run check`, say so.
 */
const NEVER_REPLACED_FOR = ['spec.volumeClaimTemplates'] as const;

/** Arguments of a {@link LoggingStack}. */
export interface LoggingStackArgs {
  /** A whole config, from `parseStackConfig` or `loadStackConfig`. */
  readonly config: StackConfig;
  /** Secret values by path (`grafana.adminPassword`, `gateway.promtail`, …); outputs are taken too. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** kubeconfig file or contents. @default - as kubectl finds it */
  readonly kubeconfig?: pulumi.Input<string>;
  /** Context of the kubeconfig. @default - the current one */
  readonly context?: pulumi.Input<string>;
}

/** A whole logging stack: one typed resource for each object, and its Secrets. */
export class LoggingStack extends pulumi.ComponentResource {
  /** Where pods push and query: `http://gateway.logging.svc:80`. With agents alone, the other stack's. */
  readonly gatewayUrl: pulumi.Output<string>;
  /** Where people open Grafana. With agents alone, there is none. */
  readonly grafanaUrl: pulumi.Output<string | undefined>;
  /** Names of the two namespaces. */
  readonly namespaces: pulumi.Output<{
    /** Of Loki, the gateway and Grafana. With agents alone, there is none. */
    readonly logging?: string;
    /** Of the agent. */
    readonly agents: string;
  }>;
  /** Commands that make both reachable from this machine. With agents alone, there are none. */
  readonly portForward: pulumi.Output<
    | {
        /** The gateway at http://localhost:3100. */
        readonly gateway: string;
        /** Grafana at http://localhost:3000. */
        readonly grafana: string;
      }
    | undefined
  >;

  /** @throws ConfigError, before anything is registered, if a secret is missing or refused. */
  constructor(name: string, args: LoggingStackArgs, options: pulumi.ComponentResourceOptions = {}) {
    const { config, secrets } = args;
    checkKnownSecrets(name, config, secrets);
    const objects = stackObjects(config, name);
    super('spywatcher-logs:index:LoggingStack', name, {}, options);

    const provider = new kubernetes.Provider(
      `${name}-kubernetes`,
      {
        // A changed ConfigMap or Secret is updated in place; pods roll by the hash on their template.
        enableConfigMapMutable: true,
        enableSecretMutable: true,
        ...(args.kubeconfig === undefined ? {} : { kubeconfig: args.kubeconfig }),
        ...(args.context === undefined ? {} : { context: args.context }),
      },
      { parent: this },
    );
    this.register(name, config, objects, secrets, provider);
    for (const warning of stackWarnings(config)) void pulumi.log.warn(warning, this);

    const { logging, agents } = config.namespaces;
    const alone = hasAgentsAlone(config);
    this.gatewayUrl = pulumi.output(agentGatewayUrl(config));
    this.grafanaUrl = pulumi.output(alone ? undefined : config.grafana.url);
    this.namespaces = pulumi.output({ ...(alone ? {} : { logging }), agents });
    this.portForward = pulumi.output(
      alone
        ? undefined
        : {
            gateway: `kubectl -n ${logging} port-forward service/${GATEWAY.name} 3100:${gatewayServicePort(config)}`,
            grafana: `kubectl -n ${logging} port-forward service/${GRAFANA.name} 3000:${GRAFANA.ports.http}`,
          },
    );
    this.registerOutputs({
      gatewayUrl: this.gatewayUrl,
      grafanaUrl: this.grafanaUrl,
      namespaces: this.namespaces,
      portForward: this.portForward,
    });
  }

  /**
   * Namespaces, Secrets, then all else in the constructs' order. Pods wait for everything that is no pod; pods of different
   * components do not wait for each other, but for the agent: it gets its password once the gateway knows it.
   */
  private register(
    name: string,
    config: StackConfig,
    objects: readonly KubernetesObject[],
    secrets: LoggingStackArgs['secrets'],
    provider: kubernetes.Provider,
  ): void {
    const settled: pulumi.CustomResource[] = [];
    const timeout = formatDuration(config.deploy.timeout);
    // The claim of Loki's volume is in this namespace and would go with it.
    const isKept = ({ kind, metadata }: KubernetesObject): boolean =>
      config.persistence.retainOnDelete && kind === 'Namespace' && metadata.name === config.namespaces.logging;
    const create = (
      object: KubernetesObject,
      extra: Readonly<Record<string, unknown>> = {},
      after: readonly pulumi.Resource[] = [],
    ): pulumi.CustomResource =>
      registerResource(
        resourceName(name, object),
        { ...withAwaiting(object, config), ...extra },
        {
          parent: this,
          provider,
          dependsOn: [...settled, ...after],
          customTimeouts: { create: timeout, update: timeout },
          ...(isKept(object) ? { retainOnDelete: true } : {}),
          ...(object.kind === 'StatefulSet' ? { ignoreChanges: [...NEVER_REPLACED_FOR] } : {}),
        },
      );
    const isNamespace = ({ kind }: KubernetesObject): boolean => kind === 'Namespace';
    objects.filter(isNamespace).forEach((object) => settled.push(create(object)));

    const isOwn = config.secretSource.type === 'pulumi';
    const values = pulumi.secret(
      pulumi.all(isOwn ? pickGiven(config, secrets) : {}).apply((known: SecretValues) => {
        if (isOwn) checkSecretValues(name, config, known);
        return known;
      }),
    );
    const createSecret = (spec: SecretObject, after: readonly pulumi.Resource[] = []): pulumi.CustomResource => {
      const stringData = values.apply((known) => contentsOf(config, known, spec));
      const isLate = after.length > 0 && isRotatingAgent(config, secrets);
      const ready = isLate ? pulumi.all(after.map(({ urn }) => urn)).apply(oldGatewayGone) : undefined;
      return create(
        secretManifest(spec),
        { stringData: pulumi.all([stringData, ready]).apply(([contents]) => contents) },
        after,
      );
    };
    const ownSecrets = isOwn ? secretObjects(config, placeholders(config)) : [];
    const isAgents = ({ namespace }: SecretObject): boolean => namespace === config.namespaces.agents;
    ownSecrets.filter((secret) => !isAgents(secret)).forEach((secret) => settled.push(createSecret(secret)));

    // Agents alone have no gateway to wait for.
    const agentSecrets = hasAgentsAlone(config)
      ? ownSecrets.filter(isAgents).map((secret) => createSecret(secret))
      : [];
    for (const object of objects.filter((candidate) => !isNamespace(candidate))) {
      if (!isWorkload(object)) {
        settled.push(create(object));
        continue;
      }
      const workload = create(
        isOwn ? withSecretHash(object, config, values) : object,
        {},
        isAgent(object) ? agentSecrets : [],
      );
      // The agent drops what is answered with 401: a new password reaches it after the gateway.
      if (object.metadata.name === GATEWAY.name)
        agentSecrets.push(...ownSecrets.filter(isAgents).map((secret) => createSecret(secret, [workload])));
    }
  }
}

const isAgent = ({ kind }: KubernetesObject): boolean => kind === 'DaemonSet';

/** The gateway's old pods answer for some seconds after the new ones are ready, and know the old passwords alone. */
async function oldGatewayGone<T>(value: T): Promise<T> {
  if (!pulumi.runtime.isDryRun()) await sleep(OLD_GATEWAY_MS);
  return value;
}

/** The contents of one Secret. */
function contentsOf(
  config: StackConfig,
  values: SecretValues,
  { name, namespace }: SecretObject,
): Record<string, string> {
  const found = secretObjects(config, values).find((secret) => secret.name === name && secret.namespace === namespace);
  return { ...found?.stringData };
}

/** The hash of the Secrets that the pods read at their start, as an annotation that previews may show. */
function withSecretHash(object: Workload, config: StackConfig, values: pulumi.Output<SecretValues>): KubernetesObject {
  const {
    spec,
    metadata: { name },
  } = object;
  if (secretHash(config, placeholders(config), name) === undefined) return object;
  const hash = pulumi.unsecret(values.apply((known) => secretHash(config, known, name) ?? ''));
  const { metadata } = spec.template;
  return {
    ...object,
    spec: {
      ...spec,
      template: {
        ...spec.template,
        metadata: { ...metadata, annotations: { ...metadata.annotations, 'spywatcher-logs/secret-hash': hash } },
      },
    },
  };
}

/** Unique in a program, and the same in every run. */
function resourceName(stack: string, { kind, metadata: { name, namespace } }: KubernetesObject): string {
  return [stack, namespace, kind.toLowerCase(), name].filter((part) => part !== undefined).join('-');
}

/**
 * A Service comes before its pods: the provider would look for them 10 s, in vain. Workloads are waited for, but those
 * that the config names.
 */
function withAwaiting(object: KubernetesObject, { deploy }: StackConfig): KubernetesObject {
  const component = object.metadata.labels?.['app.kubernetes.io/name'];
  const skipped = isWorkload(object)
    ? deploy.skipAwait.some((candidate) => candidate === component)
    : object.kind === 'Service';
  return skipped
    ? {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { ...object.metadata.annotations, 'pulumi.com/skipAwait': 'true' },
        },
      }
    : object;
}

/** What is known while the program runs is checked before anything is registered; outputs are checked when they are. */
function checkKnownSecrets(source: string, config: StackConfig, secrets: LoggingStackArgs['secrets']): void {
  const stillUnknown = Object.keys(secrets).filter((path) => typeof secrets[path] !== 'string');
  const known: SecretValues = Object.fromEntries(
    Object.entries(secrets).flatMap(([path, value]) => (typeof value === 'string' ? [[path, value]] : [])),
  );
  checkSecretValues(source, config, known, stillUnknown);
}

function pickGiven(config: StackConfig, secrets: LoggingStackArgs['secrets']): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    requiredSecrets(config).flatMap(({ path }) => (secrets[path] === undefined ? [] : [[path, secrets[path]]])),
  );
}

/** Names of the Secrets do not depend on their values. */
function placeholders(config: StackConfig): SecretValues {
  return Object.fromEntries(
    requiredSecrets(config).flatMap(({ path, required = true }) => (required ? [[path, '']] : [])),
  );
}
