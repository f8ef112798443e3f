/** A stack as `make up` runs it: with a receiver of alerts beside the example, and on the embedded cluster without Grafana. */
import { imageReference } from '../src/components/kit/container';
import { AGENTS } from '../src/components/kit/identity';
import { type AgentType, loadStackConfig, parseStackEntries, PROJECT, type StackConfig } from '../src/config';
import { readStackFile } from '../src/config/stack-file';
import type { SecretValues } from '../src/secrets/row';
import { receiverConfig, receiverUrl } from './alert-receiver';
import { BACKEND_NAMESPACE } from './example-backend';
import { FAMILIES } from './layout';
import { exists, kubectl, type Target } from './kubernetes';

/** Changes to a stack file, by path below `spywatcher-logs:`. */
export type Changes = Readonly<Record<string, unknown>>;

/** The agent of a stack, where it is not to be that of its file; or the one that runs. */
export type AgentChoice = AgentType | 'running';

/** What is run of a stack. */
export interface Runnable {
  readonly config: StackConfig;
  /** By which it differs from the stack file. */
  readonly changes: Changes;
  /** Secrets that nobody generates. */
  readonly secrets: SecretValues;
}

const RECEIVER = 'example';

/** A stack file with another agent. */
export function withAgent(project: string, stack: string, agent?: AgentType): Runnable {
  return changed(project, stack, { changes: agent === undefined ? {} : { 'agent.type': agent }, secrets: {} });
}

/**
 * The stack of a stack file as a cluster can run it.
 *
 * @param isEmbedded - whether it is the embedded cluster, which has no registry: Grafana is there once its image was imported
 * @param choice - @default - the stack file's agent
 */
export async function runnable(
  project: string,
  stack: string,
  target: Target,
  isEmbedded: boolean,
  choice?: AgentChoice,
): Promise<Runnable> {
  const config = loadStackConfig(project, stack);
  const agent = choice === 'running' ? await runningAgent(target, config) : choice;
  const withoutGrafana = isEmbedded && !(await hasImage(target, imageReference(config.images.grafana, config.images)));
  // Who has receivers has no need of another, and may not want it to be told.
  const { alertmanager } = config;
  const withReceiver = alertmanager.type === 'embedded' && alertmanager.receivers.length === 0;
  return changed(project, stack, {
    changes: {
      ...(agent === undefined ? {} : { 'agent.type': agent }),
      ...(isEmbedded && FAMILIES.includes('IPv6') ? { 'network.ipFamilies': FAMILIES } : {}),
      ...(withoutGrafana ? { 'grafana.replicas': 0 } : {}),
      ...(withReceiver
        ? { 'alertmanager.type': 'embedded', 'alertmanager.receivers': [receiverConfig(RECEIVER, BACKEND_NAMESPACE)] }
        : {}),
    },
    secrets: withReceiver ? { [`alertmanager.${RECEIVER}`]: receiverUrl(BACKEND_NAMESPACE) } : {},
  });
}

/** The agent that runs. Undefined where none does. */
async function runningAgent(target: Target, config: StackConfig): Promise<AgentType | undefined> {
  for (const { name } of Object.values(AGENTS))
    if (await exists(target, 'daemonset', config.namespaces.agents, name)) return name;
  return undefined;
}

/** Whether the receiver beside the example is one of the stack's. */
export function tellsExample({ secrets }: Runnable): boolean {
  return Object.keys(secrets).length > 0;
}

async function hasImage(target: Target, image: string): Promise<boolean> {
  const present = await kubectl(target, ['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}']);
  return present.split(' ').includes(image);
}

function changed(project: string, stack: string, given: Omit<Runnable, 'config'>): Runnable {
  const entries = new Map(readStackFile(project, stack).entries);
  for (const [path, value] of Object.entries(given.changes)) {
    const [section = '', key] = path.split('.');
    const name = `${PROJECT}:${section}`;
    const before = entries.get(name);
    const fields = typeof before === 'object' && before !== null ? before : {};
    entries.set(name, key === undefined ? value : { ...fields, [key]: value });
  }
  return { ...given, config: parseStackEntries(`stack ${stack} of make up`, [...entries], project) };
}
