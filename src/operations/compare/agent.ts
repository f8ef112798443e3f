/** Another agent than the one that runs: it does not know what that one has sent. */
import { AGENTS, agentOf } from '../../components/kit/identity';
import type { StackConfig } from '../../config';
import type { KubernetesObject } from '../../../charts/objects';
import type { Finding } from './finding';

const HOW = 'docs/agents.md#how-to-move';

/** What a change of the agent will do to the lines that are on the nodes. */
export function agentFindings(
  config: StackConfig,
  running: readonly KubernetesObject[],
  now: Date,
): readonly Finding[] {
  const { agent, namespaces } = config;
  const { name } = agentOf(config);
  const live = Object.values(AGENTS)
    .map((identity) => identity.name)
    .filter((other) =>
      running.some(
        ({ kind, metadata }) =>
          kind === 'DaemonSet' && metadata.namespace === namespaces.agents && metadata.name === other,
      ),
    );
  const before = live.find((other) => other !== name);
  if (before === undefined) return [];
  const change = { path: 'agent.type', running: live.join(' and '), wanted: name, resizable: false, applicable: true };
  if (live.includes(name))
    return [
      {
        ...change,
        rule: 'a stack has one agent: as long as there are two, each record is sent twice',
        remedy: `delete what belongs to ${before}, if the tool that applies the stack does not: kubectl -n ${namespaces.agents} delete daemonset ${before}`,
      },
    ];
  const { since } = agent;
  if (since === undefined)
    return [
      {
        ...change,
        rule: `${name} does not know what ${before} has sent: it begins with every line that is still on the nodes, and Loki gets these again`,
        remedy: `write agent.since, a moment of the last minutes; or apply it as it is, if lines may come twice: ${HOW}`,
      },
    ];
  if (Date.parse(since) > now.getTime())
    return [
      {
        ...change,
        path: 'agent.since',
        running: `it is ${now.toISOString()}`,
        wanted: since,
        rule: `a moment that has passed: ${name} leaves out every line before it, and ${before} ends earlier, so that these lines are lost`,
        remedy: `write a moment of the last minutes: ${HOW}`,
        applicable: false,
      },
    ];
  return [
    {
      ...change,
      wanted: `${name}, since ${since}`,
      rule: `${name} leaves out the lines before that moment, and sends those after it, also what ${before} has sent of them; what ${before} has not sent of those before is lost`,
      remedy: `apply it soon after that moment, while ${before} is not behind: ${HOW}`,
    },
  ];
}
