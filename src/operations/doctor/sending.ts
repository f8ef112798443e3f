/** Link `sending`: do agents get rid of what they read, and what are their pushes answered with? */
import { agentOf } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import { known } from '../observe/observed';
import type { AgentFigures, AgentState, StackState } from '../observe/state';
import { isBehind, isFull, queueUsed } from '../status/agents';
import { size } from '../status/format';
import { type Finding, type Findings, symptom } from './finding';
import { recentFailures } from './log-lines';

/** The answers to pushes: from the metrics of the time that was watched, or from the log if there was no push in it. */
export function failedPushes(agent: AgentState, at: string): Readonly<Record<string, string>> {
  const seen = known(agent.figures);
  const answers = Object.keys(seen?.recentAnswers ?? {});
  const taken = answers.some((code) => code.startsWith('2'));
  const failed: Record<string, string> = {};
  const told = taken ? [] : recentFailures(known(agent.log)?.pushes ?? [], at, agent);
  for (const { status, error } of told) failed[status] = error;
  for (const code of answers) if (!code.startsWith('2')) failed[code] ??= '';
  return failed;
}

export function sendingFindings(config: StackConfig, state: StackState): Findings {
  const { agents, at } = state;
  const found: Record<string, { error: string; nodes: string[] }> = {};
  for (const agent of agents)
    for (const [code, error] of Object.entries(failedPushes(agent, at))) {
      const entry = (found[kindOf(code, error)] ??= { error, nodes: [] });
      entry.nodes.push(agent.node);
    }
  const seen = agents.flatMap(({ node, figures: observed }) => {
    const figures = known(observed);
    return figures === undefined ? [] : [{ node, figures }];
  });
  const full = seen.filter(({ figures }) => isFull(figures));
  const behind = seen.filter(({ figures }) => isBehind(figures) && !isFull(figures));
  return [
    ...Object.entries(found).map(([kind, { error, nodes }]) => sending(kind, error, nodes)),
    ...(behind.length > 0
      ? [
          symptom(
            'sending',
            `Agents do not keep up: ${behind.map(waiting).join(', ')}.`,
            'Pushes fail, or more is written than the agent’s CPU or the tenant’s limit lets through.',
            `raise resources.${agentOf(config).name}.limits.cpu, or limits.ingestionRate`,
          ),
        ]
      : []),
    ...(full.length > 0
      ? [
          symptom(
            'sending',
            `Agents read no further, because their queues are full: ${full.map(waiting).join(', ')}.`,
            'Pushes have failed for long. What is not read waits in the log files, and is lost when the kubelet deletes these.',
            'repair what the pushes fail at',
            'raise agent.queueSize, if the nodes have room: a longer outage then finds room',
          ),
        ]
      : []),
  ];
}

/** How much waits with an agent. */
function waiting({ node, figures }: { readonly node: string; readonly figures: AgentFigures }): string {
  const used = queueUsed(figures);
  const share = used === undefined ? '' : ` (queue ${Math.round(used * 100)} % full)`;
  return `${node} has ${size(figures.waitingBytes)} waiting${share}`;
}

/** The fault that a failed push points to. */
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
  '404': ['The gateway has no such path: it is of another release.', 'npm run check; apply the stack file again'],
  '413': ['A batch is larger than the gateway takes.', 'agent.batchSize, limits.ingestionBurst'],
  '500': [
    'Loki or the gateway has an error of its own. Promtail sends the batch again; the Collector drops it.',
    'kubectl -n <logging> logs loki-0 | grep -v \'"level":"info"\'; kubectl -n <logging> logs deployment/gateway',
  ],
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
  'no answer': [
    'A policy denies it, or the gateway does not run.',
    'kubectl get networkpolicies -A; with network.policies: cilium, kubectl get ciliumnetworkpolicies -A',
  ],
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
