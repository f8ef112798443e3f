/** Link `limits`: what does Loki refuse, and what have agents given up? */
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings, hint } from './finding';
import { failedPushes } from './sending';
import { applyTodo } from './todo';

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
  const limited = agents.some((agent) => '429' in failedPushes(agent, at));
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
