/** Why the lines of one pod are there, or not. */
import { agentOf } from '../../components/kit/identity';
import { credentials, type StackConfig } from '../../config';
import { tenantOfNamespace } from '../../config/derived/agent-tenant';
import { patternOf } from '../../config/namespace-pattern';
import { LABELS, POD_LABELS } from '../../log-model';
import type { Look } from '../observe/look';
import { derive, inTurns, known, type Observed, observe, whyUnknown } from '../observe/observed';
import { type Endpoint, getOk } from '../observe/http';
import { lineTimes, podStates } from '../observe/shapes';
import type { PodState, StackState } from '../observe/state';
import { age } from '../status/format';
import { broken, type Findings, hint, type Unchecked } from './finding';

/** Which pods are asked for. */
export type Asked = { readonly pod: { readonly namespace: string; readonly name: string } } | { readonly app: string };

/** What was seen of one pod. */
export interface PodLines {
  readonly pod: PodState;
  /** Time of the last line that the pod has written; undefined where it has written none. */
  readonly written: Observed<string | undefined>;
  /** Time of its newest line in Loki. */
  readonly arrived: Observed<string | undefined>;
}

/** How many pods of an app are looked at. */
const MOST_PODS = 5;
const TIME = 8000;
/** How long a line may be on its way. */
const ON_ITS_WAY = 60_000;

/** Finds the pods, and their last lines here and there. */
export async function lookAtPods(
  look: Look,
  config: StackConfig,
  asked: Asked,
  gateway: Observed<Endpoint>,
): Promise<Observed<readonly PodLines[]>> {
  const pods = await findPods(look, asked);
  if ('unknown' in pods) return pods;
  return {
    value: await inTurns(pods.value.slice(0, MOST_PODS), MOST_PODS, (pod) => linesOf(look, config, pod, gateway)),
  };
}

async function findPods(look: Look, asked: Asked): Promise<Observed<readonly PodState[]>> {
  if ('pod' in asked) {
    const { namespace, name } = asked.pod;
    const args = ['-n', namespace, 'get', 'pods', '--field-selector', `metadata.name=${name}`, '-o', 'json'];
    return derive(await look.kubectl(`pod ${namespace}/${name}`, args), podStates);
  }
  const answers = await Promise.all(
    [POD_LABELS.app, POD_LABELS.legacyApp].map((label) =>
      look.kubectl(`pods of ${asked.app}`, ['get', 'pods', '-A', '-l', `${label}=${asked.app}`, '-o', 'json']),
    ),
  );
  const [failed] = answers.filter((answer) => 'unknown' in answer);
  if (failed !== undefined) return failed;
  const all = answers.flatMap((answer) => podStates(known(answer) ?? '{"items":[]}'));
  const key = ({ namespace, name }: PodState): string => `${namespace}/${name}`;
  return { value: all.filter((pod, index) => all.findIndex((other) => key(other) === key(pod)) === index) };
}

async function linesOf(look: Look, config: StackConfig, pod: PodState, gateway: Observed<Endpoint>): Promise<PodLines> {
  const { namespace, name } = pod;
  const args = ['-n', namespace, 'logs', name, '--all-containers', '--timestamps', '--tail=1'];
  const newest = async (): Promise<Observed<string | undefined>> => {
    if ('unknown' in gateway) return gateway;
    const end = Date.now() + 600_000;
    const start = end - Math.max(3_600_000, config.retention.period.milliseconds - 1_200_000);
    const parameters = new URLSearchParams({
      query: queryOf(pod),
      start: `${start}000000`,
      end: `${end}000000`,
      limit: '1',
    });
    return observe(
      async (signal) => {
        const path = `/loki/api/v1/query_range?${parameters.toString()}`;
        const [time] = lineTimes((await getOk(gateway.value, path, signal)).text);
        return time === undefined ? undefined : new Date(time).toISOString();
      },
      `lines of ${name}`,
      TIME,
    );
  };
  const [log, arrived] = await Promise.all([look.kubectl(`log of ${name}`, args), newest()]);
  return { pod, arrived, written: derive(log, lastTime) };
}

/** The latest of the times that lines begin with, one of each container. */
export function lastTime(log: string): string | undefined {
  return log
    .split('\n')
    .map((line) => line.slice(0, line.indexOf(' ')))
    .filter((time) => !Number.isNaN(Date.parse(time)))
    .map((time) => new Date(time).toISOString())
    .sort()
    .at(-1);
}

/** LogQL that finds a pod's lines, whatever their job. */
export function queryOf({ namespace, name }: Pick<PodState, 'namespace' | 'name'>): string {
  return `{${LABELS.namespace}="${namespace}"} | pod="${name}"`;
}

/** The job of a pod's lines, as the agent's relabelling finds it. */
export function jobOf({ labels, containers }: Pick<PodState, 'labels' | 'containers'>): string {
  const named = [POD_LABELS.job, POD_LABELS.app, POD_LABELS.legacyApp].map((label) => labels[label]);
  return named.find((value) => value !== undefined && value !== '') ?? containers[0]?.name ?? '';
}

/** Turns what was seen into findings. Pure. */
export function explain(
  config: StackConfig,
  asked: Asked,
  seen: Observed<readonly PodLines[]>,
  state: StackState,
): { readonly findings: Findings; readonly unchecked: readonly Unchecked[] } {
  const what = 'pod' in asked ? `pod ${asked.pod.namespace}/${asked.pod.name}` : `pod of app ${asked.app}`;
  if ('unknown' in seen) return { findings: [], unchecked: [{ link: 'pod', why: seen.unknown }] };
  if (seen.value.length === 0)
    return {
      findings: [
        broken('pod', `There is no ${what}.`, 'It has gone, or has another name.', 'kubectl get pods -A --show-labels'),
      ],
      unchecked: [],
    };
  return {
    findings: seen.value.flatMap((lines) => explainOne(config, lines, state)),
    unchecked: seen.value.flatMap(({ written, arrived }) =>
      [whyUnknown(written), whyUnknown(arrived)].flatMap((why) =>
        why === undefined ? [] : [{ link: 'pod' as const, why }],
      ),
    ),
  };
}

/** The tenant of a namespace's lines, where the credential that asks here cannot read it. */
function unreadTenant(config: StackConfig, namespace: string): string | undefined {
  const tenant = tenantOfNamespace(config, namespace)?.name;
  const reader = credentials(config).find(({ name }) => name === config.grafana.credential);
  return config.auth.loki.enabled && tenant !== undefined && reader?.tenants.includes(tenant) === false
    ? tenant
    : undefined;
}

function explainOne(config: StackConfig, { pod, written, arrived }: PodLines, state: StackState): Findings {
  const name = `${pod.namespace}/${pod.name}`;
  const job = jobOf(pod);
  const excluded = patternOf(pod.namespace, config.agent.excludeNamespaces);
  if (excluded !== undefined)
    return [
      broken(
        'pod',
        `Namespace ${pod.namespace} is in agent.excludeNamespaces${excluded === pod.namespace ? '' : ` (${excluded})`}: ${name} is not collected.`,
        'The stack file leaves it out.',
        `take ${excluded} out of agent.excludeNamespaces, and apply`,
      ),
    ];
  const unread = unreadTenant(config, pod.namespace);
  const agents = (known(state.pods) ?? []).filter(({ component }) => component === agentOf(config).name);
  const agent = agents.find(({ node, ready }) => node === pod.node && ready);
  const wrote = known(written);
  const came = known(arrived);
  const rules = config.agent.drop.filter(({ selector }) => selector.includes(`"${job}"`)).map((rule) => rule.name);
  const { since } = config.agent;
  const isLeftOut = since !== undefined && wrote !== undefined && Date.parse(wrote) < Date.parse(since);
  const late = wrote === undefined || came === undefined ? 0 : Date.parse(wrote) - Date.parse(came);
  return [
    ...(pod.node === undefined
      ? [
          broken(
            'pod',
            `${name} runs on no node yet.`,
            'It writes nothing before it runs.',
            `kubectl -n ${pod.namespace} describe pod ${pod.name}`,
          ),
        ]
      : agent === undefined
        ? [
            broken(
              'agent',
              `No agent is ready on ${pod.node}, where ${name} runs.`,
              'Its lines wait on the node.',
              'kubectl -n <agents> get pods -o wide',
            ),
          ]
        : []),
    ...('value' in written && wrote === undefined
      ? [
          broken(
            'pod',
            `${name} has written nothing to stdout or stderr.`,
            'It logs to a file, or its level is too high. The agent reads what containers print, and agent.files.',
            `kubectl -n ${pod.namespace} logs ${pod.name}`,
          ),
        ]
      : []),
    ...(unread === undefined
      ? []
      : [
          hint(
            'pod',
            `Lines of ${name} are in tenant ${unread}, which grafana.credential does not read: what has come is not seen here.`,
            'agent.tenants gives its namespace a tenant of its own.',
            `ask with a read credential of ${unread}: ${queryOf(pod)}`,
          ),
        ]),
    ...('value' in arrived && came === undefined && wrote !== undefined && unread === undefined
      ? [
          broken(
            'pod',
            `${name} has written (the last line ${age(Date.parse(state.at), wrote)} ago), and Loki has nothing of it.`,
            isLeftOut
              ? 'agent.since leaves its lines out.'
              : 'A link further on is broken, or a rule of agent.drop leaves its lines out.',
            ...(isLeftOut ? [`look at agent.since: lines before ${since} are left out`] : []),
            ...(rules.length > 0 ? [`look at agent.drop: ${rules.join(', ')}`] : []),
            ...(agent === undefined ? [] : [`kubectl -n <agents> logs ${agent.name} | grep ${pod.name}`]),
          ),
        ]
      : []),
    ...(came === undefined
      ? []
      : [
          hint(
            'pod',
            `Loki has lines of ${name}, the newest ${age(Date.parse(state.at), came)} old${late > ON_ITS_WAY ? `, ${Math.round(late / 1000)} s before what the pod wrote last` : ''}.`,
            late > ON_ITS_WAY
              ? 'Lines are on their way, wait on the node, or the last ones were left out by agent.drop.'
              : `Its job is ${job}, but for records that claim another.`,
            `query: ${queryOf(pod)}`,
          ),
        ]),
  ];
}
