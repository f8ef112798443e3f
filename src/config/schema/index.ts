/**
 * The shape of a stack config. Each section has a file of its name. Stack files hold differences only, because every part
 * except `environment` has a default. Rules that join several fields are in `rules/`.
 */
import { z } from 'zod';
import { clusterName, type destination, distinct } from '../scalars';
import { agent } from './agent';
import { alerting } from './alerting';
import { alertmanager } from './alertmanager';
import { auth } from './auth';
import { canary } from './canary';
import { deploy } from './deploy';
import { deployment } from './deployment';
import { expectedLoad } from './expected-load';
import { gateway } from './gateway';
import { grafana } from './grafana';
import { images } from './images';
import { limits } from './limits';
import { monitoring } from './monitoring';
import { namespaces } from './namespaces';
import { network } from './network';
import { patches } from './patches';
import { lokiPersistence } from './persistence';
import { pods, services } from './pods';
import { componentResources } from './resources';
import { retention } from './retention';
import { secretSource } from './secret-source';
import { storage } from './storage';

export const stackConfigSchema = z.strictObject({
  environment: z
    .enum(['dev', 'staging', 'prod'])
    .describe('Purpose of the stack. `prod` demands auth, TLS and durable storage.'),
  cluster: clusterName()
    .optional()
    .describe(
      'Name of the cluster. It becomes the label `cluster` of all lines, of the alerts and of the stack’s metrics, and the dashboard of logs can choose by it. Without a name, nothing has the label. Needed where lines of several clusters come together in one Loki (`docs/clusters.md`).',
    ),
  components: distinct(z.array(z.enum(['agent'])).min(1))
    .optional()
    .describe(
      'The parts that the stack has. Without the key, all. `[agent]`: agents alone, which push to the gateway of another stack (`agent.gateway`). Sections of other parts are then refused.',
    ),
  namespaces: namespaces.prefault({}).describe('The two namespaces of the stack.'),
  retention: retention.prefault({}).describe('How long logs are kept.'),
  expectedLoad: expectedLoad
    .prefault({})
    .describe('Estimate of what is written. It limits nothing: `npm run size` and warnings compute the disk from it.'),
  limits: limits.prefault({}).describe('What one tenant may write and read.'),
  storage: storage.prefault({ type: 'filesystem' }).describe('Where Loki keeps chunks and index.'),
  persistence: lokiPersistence
    .prefault({})
    .describe('Loki’s volume. It has the write-ahead log, and with filesystem storage also chunks and index.'),
  deployment: deployment.prefault({}).describe('Number of Loki pods, and how they share the work.'),
  auth: auth.prefault({}).describe('Who may write and read, by name. The secret values are in `secrets`.'),
  secretSource: secretSource
    .prefault({ type: 'pulumi' })
    .describe('Where the values of the Secrets come from. `docs/reference/secrets.md` lists them.'),
  gateway: gateway.prefault({}).describe('The nginx in front of Loki. Everything reaches Loki through it.'),
  grafana: grafana.prefault({}).describe('Grafana: its URL, first user, Ingress, volume, links and datasources.'),
  agent: agent.prefault({}).describe('The agent that reads the pods’ log files on each node.'),
  alerting: alerting.prefault({}).describe('Alerts on lines. Loki evaluates them.'),
  alertmanager: alertmanager.prefault({ type: 'embedded' }).describe('Where alerts go.'),
  monitoring: monitoring.prefault({}).describe('How the stack watches itself.'),
  canary: canary
    .optional()
    .describe(
      'loki-canary. It writes lines, and measures whether and when they can be read. Without this section, there is none.',
    ),
  resources: componentResources
    .prefault({
      loki: {},
      compactor: {},
      gateway: {},
      promtail: {},
      collector: {},
      grafana: {},
      alertmanager: {},
      prometheus: {},
      canary: {},
      proxy: {},
    })
    .describe(
      'CPU and memory of each container. `compactor` exists in mode `ha`, one of `promtail` and `collector` by `agent.type`, `prometheus` with `monitoring.type: embedded`, `canary` with `canary`. `proxy` is the nginx in the pods of the canary and of Grafana. Loki’s memory limit also sets GOMEMLIMIT and how much of the write-ahead log it replays at once.',
    ),
  pods: pods
    .default({})
    .describe(
      'Where pods run and what is added to them: `all`, and by the names of `resources` but `proxy`. What a program has of its own replaces what `all` has; entries of mappings are merged. Where agents run, `all` does not decide (`docs/placement.md`).',
    ),
  services: services
    .default({})
    .describe('What is added to Services: `all`, and by the names of `pods`. Entries are merged.'),
  images: images.prefault({}).describe('Container images: immutable tags or digests.'),
  network: network.prefault({}).describe('Policies, and the other parties of the traffic.'),
  patches: patches
    .default([])
    .describe(
      'Changes of rendered objects that no other key can say, in their order. `docs/patches.md` tells what they may not change.',
    ),
  deploy: deploy.prefault({}).describe('How `pulumi up` applies the stack. `cdk8s synth` ignores it.'),
});

/**
 * The content of a stack file: differences from the defaults, in the units that people write (`30d`, `15MB`, `250m`).
 * Every field, its default and its allowed values are in docs/reference/config.md.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface keeps its name in hovers and errors
export interface StackConfigInput extends DeepReadonly<z.input<typeof stackConfigSchema>> {}

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A stack config as the schema makes it. Defaults that depend on another section are missing (`derived/`). */
export type ParsedConfig = DeepReadonly<z.output<typeof stackConfigSchema>>;

/** A section with these fields always set. */
type Filled<Section, Field extends keyof Section> = Section & { readonly [K in Field]-?: NonNullable<Section[K]> };

/**
 * A whole, valid, frozen stack config. It is plain data with every default filled in, units as numbers, and no secret values.
 * Every field is in docs/reference/config.md.
 */
export interface StackConfig extends Omit<ParsedConfig, 'monitoring' | 'agent' | 'network'> {
  readonly monitoring: Filled<ParsedConfig['monitoring'], 'type'>;
  readonly agent: Filled<ParsedConfig['agent'], 'positionsDirectory'>;
  readonly network: Omit<ParsedConfig['network'], 'apiServer'> & {
    readonly apiServer: Filled<ParsedConfig['network']['apiServer'], 'cidrs'>;
  };
}

/** A program of the stack, by the name of its workload. */
export type { Component } from './components';
/** The program that reads the lines. */
export type AgentType = StackConfig['agent']['type'];
/** One tenant and the names of its credentials. */
export type Tenant = StackConfig['auth']['loki']['tenants'][number];
/** Addresses or pods that a component may connect to. */
export type Destination = z.output<ReturnType<typeof destination>>;
/** Namespaces whose lines the agent sends to a tenant of their own. */
export type NamespacesOfTenant = StackConfig['agent']['tenants'][number];
/** Where the agent sends its records, besides Loki. */
export type FurtherDestination = StackConfig['agent']['also'][number];
/** The stack's own Alertmanager. */
export type Alertmanager = Extract<StackConfig['alertmanager'], { readonly type: 'embedded' }>;
/** Somebody who is told of alerts. */
export type Receiver = Alertmanager['receivers'][number];
/** A change of a rendered object. */
export type Patch = StackConfig['patches'][number];
/** Requests and limits of one container. */
export type Resources = StackConfig['resources']['loki'];
