import * as kubernetes from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { StackConfig } from '../config';
import { GATEWAY_SERVICE_PORT } from '../components/gateway';
import { GATEWAY, GRAFANA } from '../components/identity';
import { formatDuration } from '../config/units';
import { isWorkload, type KubernetesObject, stackObjects } from './objects';
import { registerResource } from './resource-types';
import { checkSecretValues, requiredSecrets, secretObjects, type SecretValues } from './secret-values';

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
  /** Where pods push and query: `http://gateway.logging.svc:80`. */
  readonly gatewayUrl: pulumi.Output<string>;
  /** Where people open Grafana. */
  readonly grafanaUrl: pulumi.Output<string>;
  /** Names of the two namespaces. */
  readonly namespaces: pulumi.Output<{
    /** Of Loki, the gateway and Grafana. */
    readonly logging: string;
    /** Of the agent. */
    readonly agents: string;
  }>;
  /** Commands that make both reachable from this machine. */
  readonly portForward: pulumi.Output<{
    /** The gateway at http://localhost:3100. */
    readonly gateway: string;
    /** Grafana at http://localhost:3000. */
    readonly grafana: string;
  }>;

  /** @throws ConfigError, before anything is registered, if a secret is missing or refused. */
  constructor(name: string, args: LoggingStackArgs, options: pulumi.ComponentResourceOptions = {}) {
    const { config, secrets } = args;
    checkKnownSecrets(name, config, secrets);
    const objects = stackObjects(config);
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

    const { logging } = config.namespaces;
    this.gatewayUrl = pulumi.output(`http://${GATEWAY.name}.${logging}.svc:${GATEWAY_SERVICE_PORT}`);
    this.grafanaUrl = pulumi.output(config.grafana.url);
    this.namespaces = pulumi.output(config.namespaces);
    this.portForward = pulumi.output({
      gateway: `kubectl -n ${logging} port-forward service/${GATEWAY.name} 3100:${GATEWAY_SERVICE_PORT}`,
      grafana: `kubectl -n ${logging} port-forward service/${GRAFANA.name} 3000:${GRAFANA.ports.http}`,
    });
    this.registerOutputs({
      gatewayUrl: this.gatewayUrl,
      grafanaUrl: this.grafanaUrl,
      namespaces: this.namespaces,
      portForward: this.portForward,
    });
  }

  /** Namespaces, Secrets, then all else in the constructs' order. Pods wait for everything that is no pod; pods of different components do not wait for each other. */
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
    const create = (object: KubernetesObject, extra: Readonly<Record<string, unknown>> = {}): void => {
      const resource = registerResource(
        resourceName(name, object),
        { ...withAwaiting(object, config), ...extra },
        {
          parent: this,
          provider,
          dependsOn: [...settled],
          customTimeouts: { create: timeout, update: timeout },
          ...(isKept(object) ? { retainOnDelete: true } : {}),
        },
      );
      if (!isWorkload(object)) settled.push(resource);
    };
    const isNamespace = ({ kind }: KubernetesObject): boolean => kind === 'Namespace';
    objects.filter(isNamespace).forEach((object) => create(object));
    const values = pulumi.secret(pulumi.all(pickRequired(config, secrets)));
    secretObjects(config, placeholders(config)).forEach(({ name: secretName, namespace }, index) => {
      const stringData = values.apply((known) => {
        checkSecretValues(name, config, known);
        return { ...secretObjects(config, known)[index]?.stringData };
      });
      create(
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: secretName, namespace, labels: { 'app.kubernetes.io/part-of': 'spywatcher-logs' } },
        },
        { stringData },
      );
    });
    objects.filter((object) => !isNamespace(object)).forEach((object) => create(object));
  }
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
  const stillUnknown = requiredSecrets(config).filter(
    ({ path }) => secrets[path] !== undefined && typeof secrets[path] !== 'string',
  );
  const known: SecretValues = Object.fromEntries(
    Object.entries(secrets).flatMap(([path, value]) => (typeof value === 'string' ? [[path, value]] : [])),
  );
  checkSecretValues(
    source,
    config,
    known,
    stillUnknown.map(({ path }) => path),
  );
}

function pickRequired(config: StackConfig, secrets: LoggingStackArgs['secrets']): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    requiredSecrets(config).flatMap(({ path }) => (secrets[path] === undefined ? [] : [[path, secrets[path]]])),
  );
}

/** Names of the Secrets do not depend on their values. */
function placeholders(config: StackConfig): SecretValues {
  return Object.fromEntries(requiredSecrets(config).map(({ path }) => [path, '']));
}
