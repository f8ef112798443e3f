/** Do lines flow: are files read, pushes taken, refused, and what does Loki have in the end? */
import { LABELS } from '../../log-model';
import type { StackConfig } from '../../config';
import { known, whyUnknown } from '../observe/observed';
import type { AgentState, StackState } from '../observe/state';
import { age, size } from '../status-format';
import { broken, type Finding, type Findings, hint, symptom } from './finding';
import { applyTodo } from './objects';

/** What a log said longer ago may be over. Twice the longest time between two tries of the agent, and some. */
const RECENT = 75_000;

/** A request that failed longer ago than this is over where others have passed since. */
const OVER = 20_000;

/** Time of a JSON log line; undefined where it tells none. */
function timeOf(line: string): number | undefined {
  const time = Date.parse(/"(?:ts|timestamp)":"([^"]+)"/.exec(line)?.[1] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The lines of the last moments, and those that do not tell their time. */
export function recent(lines: readonly string[], at: string, clockSkew = 0, within = RECENT): readonly string[] {
  const since = Date.parse(at) + clockSkew * 1000 - within;
  return lines.filter((line) => (timeOf(line) ?? Infinity) >= since);
}

/** Files: found, and readable? */
export function fileFindings({ agents, at }: StackState): Findings {
  return agents.flatMap(({ pod, node, figures, log, clockSkew }): Findings => {
    const seen = known(figures);
    const denied = (known(log) ?? []).filter((line) => /permission denied/i.test(line));
    const file = /(?:open|stat) (\/[^\s"\\:]+)/.exec(denied.at(-1) ?? '')?.[1];
    return [
      ...(seen?.targets === 0
        ? [
            broken(
              'files',
              `The agent on ${node} (${pod}) reads no file.`,
              'It cannot list pods, or /var/log/pods of the node is empty: another container runtime’s folder?',
              `kubectl -n <agents> logs ${pod} --tail=50`,
            ),
          ]
        : []),
      ...(denied.length > 0
        ? [
            broken(
              'files',
              `The agent on ${node} may not read ${file ?? 'a file'}: permission denied (${recent(denied, at, clockSkew).length} times of late).`,
              'Files of agent.files have to be readable for everyone (0644), and their folders to be entered (0755).',
              `on the node: chmod 0644 ${file ?? '<file>'}`,
            ),
          ]
        : []),
    ];
  });
}

/** What pushes are answered with. From the metrics while they were watched; from the log where no push was. */
export function recentFailures({ figures, log, clockSkew }: AgentState, at: string): Readonly<Record<string, string>> {
  const seen = known(figures);
  const answers = Object.keys(seen?.recentAnswers ?? {});
  const taken = answers.some((code) => code.startsWith('2'));
  const failed: Record<string, string> = {};
  for (const line of taken ? [] : recent(known(log) ?? [], at, clockSkew)) {
    if (!line.includes('sending batch')) continue;
    const status = /"status":(-?\d+)/.exec(line)?.[1] ?? '-1';
    failed[status] = /"error":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? '';
  }
  for (const code of answers) if (!code.startsWith('2')) failed[code] ??= '';
  return failed;
}

export function sendingFindings(state: StackState): Findings {
  const { agents, at } = state;
  const found: Record<string, { error: string; nodes: string[] }> = {};
  for (const agent of agents)
    for (const [code, error] of Object.entries(recentFailures(agent, at))) {
      const entry = (found[kindOf(code, error)] ??= { error, nodes: [] });
      entry.nodes.push(agent.node);
    }
  const behind = agents.filter(({ figures }) => {
    const seen = known(figures);
    return seen !== undefined && seen.unreadBytes > 10_000_000 && seen.unreadGrowth >= 0;
  });
  return [
    ...Object.entries(found).map(([kind, { error, nodes }]) => sending(kind, error, nodes)),
    ...(behind.length > 0
      ? [
          symptom(
            'sending',
            `Agents do not keep up: ${behind.map(({ node, figures }) => `${node} has ${size(known(figures)?.unreadBytes ?? 0)} unread`).join(', ')}.`,
            'Pushes fail, or more is written than the agent’s CPU or the tenant’s limit lets through.',
            'raise resources.promtail.limits.cpu, or limits.ingestionRate',
          ),
        ]
      : []),
  ];
}

/** What a failed push is a sign of. */
function kindOf(code: string, error: string): string {
  if (code !== '-1') return code;
  if (/no such host|lookup .* (?:on|:)|server misbehaving/.test(error)) return 'dns';
  if (/x509|certificate|tls:/.test(error)) return 'tls';
  if (/connection refused|no route|network is unreachable/.test(error)) return 'refused';
  return 'no answer';
}

const SENDING: Readonly<Record<string, readonly [string, string]>> = {
  '401': [
    'Its password is not the gateway’s, or the gateway or the kubelet has not read a changed Secret yet (about a minute).',
    'compare Secret gateway-credential-… in <agents> with gateway-users in <logging>; docs/access.md',
  ],
  '403': ['Its credential is not for writing, or of no tenant.', 'agent.credential and auth.loki.tenants[].write'],
  '429': ['A limit is hit; the batch is sent again until it is taken.', 'limits in the stack file'],
  '400': [
    'Loki refuses lines for good: too old, too far ahead, or of too many labels.',
    'docs/operations.md, “Refused lines”',
  ],
  '413': ['A batch is larger than the gateway takes.', 'agent.batchSize, limits.ingestionBurst'],
  '500': ['Loki has an error of its own.', 'kubectl -n <logging> logs loki-0 | grep -v \'"level":"info"\''],
  '502': ['The gateway cannot reach Loki.', 'kubectl -n <logging> get pods'],
  '503': ['Loki or the gateway is too busy, or Loki is not ready.', 'kubectl -n <logging> get pods'],
  '504': ['Loki does not answer in time.', 'kubectl -n <logging> get pods'],
  dns: [
    'The name of the gateway does not resolve: DNS is down, or a policy denies it.',
    'network.dns in the stack file',
  ],
  tls: [
    'The gateway’s certificate is not of the CA that the agent knows, or has expired.',
    'Secrets gateway-tls, gateway-ca',
  ],
  refused: ['No gateway pod is ready.', 'kubectl -n <logging> get pods'],
  'no answer': ['A policy denies it, or the gateway does not run.', 'kubectl get networkpolicies -A'],
};

function sending(kind: string, error: string, nodes: readonly string[]): Finding {
  const [probably, todo] = SENDING[kind] ?? SENDING['no answer'] ?? ['', ''];
  const what = /^\d+$/.test(kind) ? `answered ${kind}` : `not answered (${kind})`;
  return symptom(
    'sending',
    `Pushes of the agent on ${[...new Set(nodes)].join(', ')} are ${what}${error === '' ? '' : `: ${error.slice(0, 200)}`}.`,
    probably,
    todo,
  );
}

/** Why a query fails, where it is the stack that fails it; not where kubectl could not look, or may not read the Secret. */
export function queryFailure({ pods, queries }: StackState): string | undefined {
  const why = whyUnknown(queries.version);
  return 'unknown' in pods || why === undefined || /forbidden|Secret/i.test(why) ? undefined : why;
}

/** What passes the gateway: can it reach Loki, and does a query find an answer? */
export function gatewayFindings(state: StackState): Findings {
  const { gatewayLog, at } = state;
  const failed = recent(known(gatewayLog) ?? [], at).filter((line) => /"status":50[234]\b/.test(line));
  const why = queryFailure(state);
  const isOver = known(state.queries.version) !== undefined && recent(failed, at, 0, OVER).length === 0;
  return [
    ...(failed.length > 0 ? [unreached(failed.length, isOver)] : []),
    ...(why === undefined
      ? []
      : [
          symptom(
            'gateway',
            `A query through the gateway, with Grafana’s credential, is not answered: ${why}.`,
            'What is broken before or behind it; or a credential that the gateway does not know.',
            'kubectl -n <logging> logs deployment/gateway --tail=20',
          ),
        ]),
  ];
}

/** While Loki starts, and while it is rolled, there are some that are soon over. */
function unreached(times: number, isOver: boolean): Finding {
  const seen = `The gateway did not reach Loki ${times} times of late`;
  const todo = 'kubectl -n <logging> logs deployment/gateway --tail=20';
  return isOver
    ? hint(
        'gateway',
        `${seen}; it does now.`,
        'Loki was started or rolled; agents send again what was not taken.',
        todo,
      )
    : symptom(
        'gateway',
        `${seen}.`,
        'Loki does not run or is not ready, its name does not resolve, or a policy is missing.',
        todo,
      );
}

interface Reason {
  readonly probably: string;
  readonly todo: string;
  /** The agent sends the lines again. */
  readonly again?: true;
}

const REASONS: Readonly<Record<string, Reason>> = {
  rate_limited: {
    probably: 'The tenant sends more than limits.ingestionRate.',
    todo: 'raise limits.ingestionRate and ingestionBurst in the stack file, or write less',
    again: true,
  },
  per_stream_rate_limit: {
    probably: 'One stream is over limits.perStreamRate. Of a push with several streams, its lines can be lost.',
    todo: 'raise limits.perStreamRate and perStreamBurst in the stack file',
    again: true,
  },
  stream_limit: {
    probably: 'There are more streams than limits.maxStreams. Of a push with several streams, lines can be lost.',
    todo: 'raise limits.maxStreams, or give fewer values to labels',
    again: true,
  },
  greater_than_max_sample_age: {
    probably:
      'Lines are older than limits.rejectOldSamplesAfter: the clock of a source is behind, or an agent was away for long.',
    todo: 'check the sources’ clocks',
  },
  too_far_in_future: {
    probably: 'Lines are more than 10 minutes ahead: the clock of a source is.',
    todo: 'check the sources’ clocks',
  },
};

/** Limits: what Loki refuses, and what agents have given up. */
export function limitFindings({ loki, agents, at }: StackState): Findings {
  const figures = loki.map(({ figures: observed }) => known(observed)).filter((value) => value !== undefined);
  const limited = agents.some((agent) => '429' in recentFailures(agent, at));
  const refused = figures.flatMap(({ refused: lines }) => lines);
  const giveUp = agents.flatMap(({ node, figures: observed }) => {
    const seen = known(observed);
    const count = Object.values(seen?.dropped ?? {}).reduce((total, number) => total + number, 0);
    return count === 0 ? [] : [{ node, count, growing: seen?.droppedGrowing ?? false }];
  });
  const rejected = loki.filter(({ figures: observed }) => known(observed)?.overridesRejected === true);
  return [
    ...rejected.map(({ pod }) =>
      broken(
        'limits',
        `${pod} does not take the overrides of its tenants.`,
        'overrides.yaml in ConfigMap loki-config was changed by hand. What it said before stays in force, until the pod is made anew.',
        applyTodo('<stack>'),
        `kubectl -n <logging> logs ${pod} | grep -i runtime`,
      ),
    ),
    ...refused.map(({ tenant, reason, lines, growing }) => {
      const { probably, todo, again } = REASONS[reason] ?? {
        probably: 'The lines are not as Loki wants them.',
        todo: 'docs/operations.md, “Refused lines”',
      };
      const now = growing || (limited && again === true);
      const seen = `Loki refused ${lines} lines of tenant ${tenant} since it started: ${reason}${now ? ', and goes on' : ''}.`;
      return (now ? broken : hint)('limits', seen, probably, todo);
    }),
    ...giveUp.map(({ node, count, growing }) =>
      (growing ? broken : hint)(
        'limits',
        `The agent on ${node} has given up ${count} lines since it started${growing ? ', and goes on' : ''}.`,
        'Loki refused them for good. The counter has all lines of such a batch.',
        'docs/operations.md, “Refused lines”',
      ),
    ),
  ];
}

/** Labels: are they there, and are there lines at all? */
export function labelFindings(config: StackConfig, { queries, at }: StackState): Findings {
  const [labels, jobs] = [known(queries.labels), known(queries.jobs)];
  if (jobs?.length === 0)
    return [
      symptom(
        'labels',
        'Loki has no line at all.',
        'Nothing was ever sent, or all of it went to another tenant.',
        `does tenant ${config.auth.loki.tenants.map(({ name }) => name).join(', ')} have agent.credential and grafana.credential?`,
      ),
    ];
  const missing = [LABELS.job, LABELS.service, LABELS.level].filter((label) => labels?.includes(label) === false);
  const newest = jobs
    ?.map((job) => job.newest ?? '')
    .sort()
    .at(-1);
  const quiet = newest !== undefined && newest !== '' && Date.parse(at) - Date.parse(newest) > 600_000;
  return [
    ...(missing.length > 0
      ? [
          broken(
            'labels',
            `No line has the label ${missing.join(', ')}.`,
            'Another agent than this stack’s sends them: dashboards and alerts do not find such lines.',
            'docs/sources.md',
          ),
        ]
      : []),
    ...(quiet
      ? [
          hint(
            'labels',
            `The newest line of all is ${age(Date.parse(at), newest)} old.`,
            'Nothing is written, or nothing arrives.',
            'npm run doctor -- --stack <stack> --pod <namespace>/<name>',
          ),
        ]
      : []),
  ];
}

/** A clock this far away puts lines where nobody looks for them. */
const SKEW = { broken: 60, hint: 5 };

/** Clocks of the nodes against this machine's. */
export function clockFindings({ agents }: StackState): Findings {
  const skews = agents.filter(({ clockSkew = 0 }) => Math.abs(clockSkew) > SKEW.hint);
  if (skews.length === 0) return [];
  const worst = Math.max(...skews.map(({ clockSkew = 0 }) => Math.abs(clockSkew)));
  const list = skews
    .slice(0, 5)
    .map(
      ({ node, clockSkew = 0 }) =>
        `${node} by ${Math.abs(clockSkew).toFixed(0)} s ${clockSkew > 0 ? 'ahead' : 'behind'}`,
    );
  const all = skews.length === agents.length && agents.length > 1;
  return [
    (worst > SKEW.broken ? broken : hint)(
      'clock',
      `Clocks differ from this machine’s: ${list.join(', ')}.`,
      all ? 'All nodes differ: this machine’s clock may be the wrong one.' : 'The node does not keep its time.',
      'on the node: timedatectl status',
    ),
  ];
}
