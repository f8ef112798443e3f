/**
 * The shape of a stack config, each section in a file of its name. Stack files hold differences only: every part but
 * `environment` has a default. Rules that join several fields are in rules/.
 */
import { z } from 'zod';
import type { destination } from '../scalars';
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
import { lokiPersistence } from './persistence';
import { componentResources } from './resources';
import { retention } from './retention';
import { secretSource } from './secret-source';
import { storage } from './storage';

export const stackConfigSchema = z.strictObject({
  environment: z
    .enum(['dev', 'staging', 'prod'])
    .describe('What the stack is for; `prod` asks for auth, TLS and durable storage.'),
  namespaces: namespaces.prefault({}).describe('The two namespaces of the stack.'),
  retention: retention.prefault({}).describe('How long logs are kept.'),
  expectedLoad: expectedLoad
    .prefault({})
    .describe(
      'What is likely to be written. Nothing is limited by it: `npm run size` and warnings compute the disk from it.',
    ),
  limits: limits.prefault({}).describe('What one tenant may write and read.'),
  storage: storage.prefault({ type: 'filesystem' }).describe('Where Loki keeps chunks and index.'),
  persistence: lokiPersistence
    .prefault({})
    .describe('Loki’s volume: its write-ahead log, and with filesystem storage all else.'),
  deployment: deployment.prefault({}).describe('How many Loki pods there are, and how they share the work.'),
  auth: auth.prefault({}).describe('Who may write and read, by name; the secret values are in `secrets`.'),
  secretSource: secretSource
    .prefault({ type: 'pulumi' })
    .describe('Where the values of the Secrets come from. `docs/reference/secrets.md` lists them.'),
  gateway: gateway.prefault({}).describe('The nginx that everything reaches Loki through.'),
  grafana: grafana.prefault({}).describe('Grafana: its URL, first user, Ingress, volume, links and datasources.'),
  agent: agent.prefault({}).describe('The agent that reads the pods’ log files on each node.'),
  alerting: alerting.prefault({}).describe('What is wrong, by what is written: alerts that Loki evaluates.'),
  alertmanager: alertmanager.prefault({ type: 'embedded' }).describe('Where alerts go.'),
  monitoring: monitoring.prefault({}).describe('How the stack watches itself.'),
  canary: canary
    .optional()
    .describe(
      'loki-canary: it writes lines, and measures when they can be read, and whether. None without this section.',
    ),
  resources: componentResources
    .prefault({
      loki: {},
      compactor: {},
      gateway: {},
      promtail: {},
      grafana: {},
      alertmanager: {},
      prometheus: {},
      canary: {},
      proxy: {},
    })
    .describe(
      'CPU and memory of each container; `compactor` is there in mode `ha` alone, `prometheus` with `monitoring.type: embedded`, `canary` with `canary`; `proxy` is the nginx in the pods of the canary and of Grafana. Loki’s memory limit also sets GOMEMLIMIT and how much WAL it replays at once.',
    ),
  images: images.prefault({}).describe('Container images: immutable tags or digests.'),
  network: network.prefault({}).describe('Who else takes part in the traffic, for the NetworkPolicies.'),
  deploy: deploy.prefault({}).describe('How `pulumi up` applies the stack; `cdk8s synth` takes no notice of it.'),
});

/**
 * What a stack file may say: differences from the defaults, in the units that people write (`30d`, `15MB`, `250m`).
 * Every field, its default and its allowed values are in docs/reference/config.md.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface keeps its name in hovers and errors
export interface StackConfigInput extends DeepReadonly<z.input<typeof stackConfigSchema>> {}

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A stack config as the schema alone makes it: defaults that depend on another section are missing (derived/). */
export type ParsedConfig = DeepReadonly<z.output<typeof stackConfigSchema>>;

/** A section with these fields always set. */
type Filled<Section, Field extends keyof Section> = Section & { readonly [K in Field]-?: NonNullable<Section[K]> };

/**
 * A whole, valid, frozen stack config: plain data, every default filled in, units as numbers, no secret values.
 * Every field is in docs/reference/config.md.
 */
export interface StackConfig extends Omit<ParsedConfig, 'monitoring' | 'agent'> {
  readonly monitoring: Filled<ParsedConfig['monitoring'], 'type'>;
  readonly agent: Filled<ParsedConfig['agent'], 'positionsDirectory'>;
}

/** One tenant and the names of its credentials. */
export type Tenant = StackConfig['auth']['loki']['tenants'][number];
/** Addresses or pods that a component may connect to. */
export type Destination = z.output<ReturnType<typeof destination>>;
/** The stack's own Alertmanager. */
export type Alertmanager = Extract<StackConfig['alertmanager'], { readonly type: 'embedded' }>;
/** Who is told of alerts. */
export type Receiver = Alertmanager['receivers'][number];
/** Requests and limits of one container. */
export type Resources = StackConfig['resources']['loki'];
