/** Do the components run? For each: is it scaled away, does a pod not start, has one ended, and with which words? */
import { AGENTS, LOKI } from '../../components/kit/identity';
import type { KubernetesObject } from '../../../charts/objects';
import { type WorkloadShape, workloads } from '../observe/expected';
import { known } from '../observe/observed';
import type { ContainerState, PodState, StackState } from '../observe/state';
import { agentEverywhere } from './agent';
import { broken, type Finding, type Findings, hint, type Link, LINKS } from './finding';

export function workloadFindings(stack: string, expected: readonly KubernetesObject[], state: StackState): Findings {
  const { objects, pods } = state;
  const live = known(objects);
  const all = known(pods);
  if (live === undefined || all === undefined) return [];
  return workloads(expected).flatMap((wanted) => {
    const same = workloadNamed(
      live.filter(({ kind }) => kind === wanted.kind),
      wanted.name,
    );
    // The comparison of objects reports that it is missing.
    if (same === undefined) return [];
    const own = all.filter(({ component, namespace }) => component === wanted.name && namespace === wanted.namespace);
    const link = linkOfWorkload(wanted.name);
    return [
      ...(wanted.kind === 'DaemonSet' ? agentEverywhere(stack, wanted, same, own, state) : scaled(wanted, same)),
      ...own.flatMap((pod) => podFindings(link, pod, state)),
      ...noPods(link, wanted, same, own, state),
    ];
  });
}

/** Why an agent that runs is not ready. */
const AGENT_NOT_READY: Readonly<Record<string, string>> = {
  [AGENTS.promtail.name]: 'It has found no pod to collect: it cannot list pods, or has only begun.',
  [AGENTS.collector.name]: 'It waits for the list of pods: it cannot list them, or has only begun.',
};

/** The link that a component is. */
export function linkOfWorkload(name: string): Link {
  if (name in AGENT_NOT_READY) return 'agent';
  return LINKS.find((link) => link === name) ?? 'loki';
}

/** The rendered workload of a name. */
function workloadNamed(objects: readonly KubernetesObject[], name: string) {
  return workloads(objects.filter(({ metadata }) => metadata.name === name))[0];
}

/** Other consequences than missing lines. */
const MEANWHILE: Partial<Readonly<Record<Link, string>>> = {
  alertmanager: ' Nobody is told of alerts until it is back.',
  prometheus: ' No alert of metrics fires until it is back.',
  canary: ' Lines that get lost are noticed by other alerts alone until it is back.',
};

function scaled(wanted: WorkloadShape, running: WorkloadShape): Findings {
  const [want = 0, run = 0] = [wanted.replicas, running.replicas];
  if (run >= want) return [];
  const { kind, namespace, name } = wanted;
  const link = linkOfWorkload(name);
  return [
    broken(
      link,
      `${kind} ${namespace}/${name} is scaled to ${run}; the stack file says ${want}.`,
      `Somebody scaled it by hand, or a job that did so has not finished.${run === 0 ? (MEANWHILE[link] ?? '') : ''}`,
      `kubectl -n ${namespace} scale ${kind.toLowerCase()}/${name} --replicas=${want}`,
    ),
  ];
}

/** A controller that can make no pod says so in an event. */
function noPods(
  link: Link,
  wanted: WorkloadShape,
  running: WorkloadShape,
  own: readonly PodState[],
  { warnings }: StackState,
): Findings {
  if (own.length > 0 || running.replicas === 0 || running.kind === 'DaemonSet') return [];
  const refused = (known(warnings) ?? []).find(
    ({ object, reason }) => reason === 'FailedCreate' && object.includes(`/${wanted.name}`),
  );
  return [
    broken(
      link,
      `${wanted.kind} ${wanted.namespace}/${wanted.name} has no pod${refused === undefined ? '' : `: ${refused.message}`}.`,
      'The cluster refuses its pods: a quota, Pod Security or an admission webhook.',
      `kubectl -n ${wanted.namespace} describe ${wanted.kind.toLowerCase()} ${wanted.name}`,
    ),
  ];
}

const CONFIG_ERROR =
  /ya?ml|unmarshal|parsing config|invalid config|config file|field \S+ not found|\[emerg\]|failed parsing|failed to build pipelines/i;

function podFindings(link: Link, pod: PodState, state: StackState): Findings {
  const { namespace, name, ready, unschedulable, containers, phase } = pod;
  const describe = `kubectl -n ${namespace} describe pod ${name}`;
  if (unschedulable !== undefined)
    return [
      broken(link, `${namespace}/${name} has no node: ${unschedulable}`, 'No node has what it asks for.', describe),
    ];
  const found = containers.flatMap((container) => containerFindings(link, pod, container, state));
  if (ready || found.some(({ weight }) => weight === 'broken') || phase === 'Succeeded') return found;
  return [...found, notReady(link, pod, state)];
}

function containerFindings(link: Link, pod: PodState, container: ContainerState, state: StackState): Findings {
  const { namespace, name, ready } = pod;
  const { waiting = '', ended, restarts, image } = container;
  const logs = `kubectl -n ${namespace} logs ${name} -c ${container.name} --previous`;
  const words = ended === undefined || ended.message === '' ? '' : ` Its last words: ${lastLine(ended.message)}`;
  if (ended?.reason === 'OOMKilled') {
    const tell = ready ? hint : broken;
    return [
      tell(
        link,
        `${namespace}/${name} was killed for want of memory; ${restarts} restarts.`,
        'Its memory limit is too small for its load.',
        `raise resources.${container.name}.limits.memory in the stack file, and apply`,
      ),
    ];
  }
  if (/^(?:ErrImage|ImagePull|InvalidImage)/.test(waiting))
    return [
      broken(
        link,
        `${namespace}/${name} has no image: ${waiting}`,
        `The node cannot pull ${image}: its name, the registry or the pull secret is wrong.`,
        'images in the stack file',
        `kubectl -n ${namespace} describe pod ${name}`,
      ),
    ];
  if (/^CreateContainerConfigError/.test(waiting))
    return [
      broken(
        link,
        `${namespace}/${name} does not start: ${waiting}`,
        'A Secret or ConfigMap that it reads is missing.',
        `kubectl -n ${namespace} describe pod ${name}`,
      ),
    ];
  if (ended !== undefined && !container.ready) {
    const isConfig = CONFIG_ERROR.test(ended.message);
    return [
      broken(
        link,
        `${namespace}/${name} ends again and again (exit code ${ended.exitCode}, ${restarts} restarts).${words}`,
        isConfig ? 'It does not accept its configuration.' : 'Its last words say why it ends.',
        logs,
        ...(isConfig ? ['apply the stack file again (npm run check says what differs)'] : []),
      ),
    ];
  }
  if (waiting === 'ContainerCreating' || waiting === 'PodInitializing') return [creating(link, pod, state)];
  return [];
}

/** A pod that is created for a long time waits for a volume, a Secret or the network. */
function creating(link: Link, { namespace, name }: PodState, { warnings }: StackState): Finding {
  const event = (known(warnings) ?? []).findLast(
    (warning) => warning.namespace === namespace && warning.object === `Pod/${name}`,
  );
  return broken(
    link,
    `${namespace}/${name} is being made${event === undefined ? '' : `: ${event.reason}: ${event.message}`}.`,
    event === undefined
      ? 'It has only begun, or waits for an image or a volume.'
      : 'A volume, a Secret or an image that it needs is missing.',
    `kubectl -n ${namespace} describe pod ${name}`,
  );
}

function notReady(link: Link, { namespace, name, component }: PodState, { loki }: StackState): Finding {
  const says = loki.find(({ pod }) => pod === name)?.notReady;
  const reason = says === undefined ? undefined : (known(says) ?? undefined);
  return broken(
    link,
    `${namespace}/${name} runs and is not ready${reason === undefined ? '' : `: ${reason}`}.`,
    component === LOKI.name
      ? 'It replays its log of before, waits for the ring, or cannot reach its storage.'
      : (AGENT_NOT_READY[component] ?? 'It has only begun, or what it needs does not answer.'),
    `kubectl -n ${namespace} logs ${name} --tail=50`,
  );
}

function lastLine(text: string): string {
  return text.split('\n').at(-1)?.slice(0, 300) ?? '';
}
