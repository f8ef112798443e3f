import { agentTenants } from '../derived/agent-tenant';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { formatLokiBytes } from '../units';
import { problem, type Rule, when } from './rule';

/** The container runtime splits longer lines. Only lines in files and lines that programs send themselves can be longer. */
const LONG_LINE = 16 * 2 ** 10;

export const limitsRules: readonly Rule[] = [
  { reads: ['limits'], check: ({ limits }) => rates(['limits'], limits) },
  {
    reads: ['limits'],
    check: ({ limits }) =>
      Object.entries(limits.tenants).flatMap(([name, own]) =>
        rates(['limits', 'tenants', name], { ...limits, ...own }, Object.keys(own)),
      ),
  },
  {
    reads: ['limits', 'auth.loki.enabled', 'auth.loki.tenants', 'agent.credential', 'agent.tenants', 'agent.batchSize'],
    check: ({ limits, auth, agent }) =>
      agentTenants({ auth, agent }).flatMap(({ name }) => {
        const own = limits.tenants[name];
        const least = Math.min(own?.ingestionBurst?.bytes ?? Infinity, own?.perStreamBurst?.bytes ?? Infinity);
        return when(agent.batchSize.bytes > least, () =>
          problem(
            ['agent', 'batchSize'],
            formatLokiBytes(agent.batchSize),
            `at most the bursts of tenant ${name}: a larger batch is refused for ever`,
            `lower agent.batchSize, or raise the bursts of limits.tenants.${name}`,
          ),
        );
      }),
  },
  {
    reads: ['limits.perStreamBurst', 'limits.ingestionBurst', 'agent.batchSize'],
    check: ({ limits, agent }) =>
      when(agent.batchSize.bytes > Math.min(limits.ingestionBurst.bytes, limits.perStreamBurst.bytes), () =>
        problem(
          ['agent', 'batchSize'],
          formatLokiBytes(agent.batchSize),
          'at most the bursts: a larger batch is refused for ever',
          'lower agent.batchSize, or raise limits.ingestionBurst and limits.perStreamBurst',
        ),
      ),
  },
  {
    reads: ['limits.tenants', 'auth.loki.tenants'],
    check: ({ limits, auth }) => {
      const names = auth.loki.tenants.map(({ name }) => name);
      return Object.keys(limits.tenants)
        .filter((name) => !names.includes(name))
        .map((name) =>
          problem(
            ['limits', 'tenants', name],
            name,
            `a tenant of auth.loki.tenants (${names.join(', ')})`,
            'add the tenant there, or remove its limits',
          ),
        );
    },
  },
  {
    reads: ['resources.loki.limits', 'limits'],
    check: ({ resources, limits }) => {
      const { memory } = resources.loki.limits;
      const lineSize = Math.min(limits.maxLineSize.bytes, LONG_LINE);
      const most = Math.floor(memory.bytes / 4 / lineSize);
      const check = (path: readonly string[], entries: number): readonly Problem[] =>
        when(entries > most, () =>
          problem(
            [...path, 'maxEntriesPerQuery'],
            entries,
            `at most ${most}: an answer of lines of ${formatLokiBytes({ bytes: lineSize })} takes at most a quarter of Loki’s memory limit (${formatLokiBytes(memory)})`,
            `lower ${path.join('.')}.maxEntriesPerQuery, or raise resources.loki.limits.memory`,
          ),
        );
      return [
        ...check(['limits'], limits.maxEntriesPerQuery),
        ...Object.entries(limits.tenants).flatMap(([name, { maxEntriesPerQuery = 0 }]) =>
          check(['limits', 'tenants', name], maxEntriesPerQuery),
        ),
      ];
    },
  },
  {
    reads: ['resources.loki.limits', 'limits.queryCache'],
    check: ({ resources, limits }) =>
      when(limits.queryCache.bytes > resources.loki.limits.memory.bytes / 2, () =>
        problem(
          ['limits', 'queryCache'],
          formatLokiBytes(limits.queryCache),
          'at most half of Loki’s memory limit',
          'lower limits.queryCache or raise resources.loki.limits.memory',
        ),
      ),
  },
  {
    reads: ['limits.queryCache'],
    check: ({ limits }) =>
      when(limits.queryCache.bytes % 2 ** 20 !== 0, () =>
        problem(
          ['limits', 'queryCache'],
          formatLokiBytes(limits.queryCache),
          'a multiple of 1MB: Loki counts the cache in whole megabytes',
          `write ${Math.ceil(limits.queryCache.bytes / 2 ** 20)}MB`,
        ),
      ),
  },
];

type Rates = Pick<StackConfig['limits'], 'ingestionRate' | 'ingestionBurst' | 'perStreamRate' | 'perStreamBurst'>;

/** Each burst must hold one second, and no stream may take more than its tenant. The problem is at a written key, if there is one. */
function rates(
  path: readonly string[],
  limits: Rates,
  written: readonly string[] = Object.keys(limits),
): readonly Problem[] {
  const at = path.join('.');
  const burst = (burstName: keyof Rates, rateName: keyof Rates): readonly Problem[] => {
    const [size, rate] = [limits[burstName], limits[rateName]];
    return when(size.bytes < rate.bytes && (written.includes(burstName) || written.includes(rateName)), () =>
      problem(
        [...path, burstName],
        formatLokiBytes(size),
        `at least ${rateName} (${formatLokiBytes(rate)})`,
        `raise ${at}.${burstName} to ${formatLokiBytes(rate)} or lower ${at}.${rateName}`,
      ),
    );
  };
  const isWritten = written.includes('perStreamRate') || written.includes('ingestionRate');
  return [
    ...burst('ingestionBurst', 'ingestionRate'),
    ...burst('perStreamBurst', 'perStreamRate'),
    ...when(isWritten && limits.perStreamRate.bytes > limits.ingestionRate.bytes, () =>
      problem(
        [...path, 'perStreamRate'],
        formatLokiBytes(limits.perStreamRate),
        `at most ingestionRate (${formatLokiBytes(limits.ingestionRate)})`,
        `lower ${at}.perStreamRate or raise ${at}.ingestionRate`,
      ),
    ),
  ];
}
