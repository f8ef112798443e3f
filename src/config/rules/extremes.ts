/** Bounds for times and sizes: beyond them, the unit is wrong or a zero is too many. Each bound has its reason. */
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { type Duration, formatDuration, formatLokiBytes } from '../units';
import { problem, type Rule, when } from './rule';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Path = readonly PropertyKey[];

interface Bounds {
  readonly reads: string;
  readonly values: (config: StackConfig) => readonly (readonly [path: Path, value: Duration | undefined])[];
  readonly least?: { readonly milliseconds: number; readonly why: string };
  readonly most?: { readonly milliseconds: number; readonly why: string };
}

const one =
  <S extends keyof StackConfig, K extends keyof StackConfig[S]>(section: S, key: K) =>
  (config: StackConfig & { readonly [P in S]: { readonly [Q in K]: Duration } }) => [
    [[section, key], config[section][key]] as const,
  ];

/** A time of the stack's own Alertmanager and of its routes. */
const ofAlertmanager =
  (key: 'groupWait' | 'groupInterval' | 'repeatInterval'): Bounds['values'] =>
  ({ alertmanager }) =>
    alertmanager.type === 'embedded'
      ? [
          [['alertmanager', key], alertmanager[key]],
          ...alertmanager.routes.map((route, index) => [['alertmanager', 'routes', index, key], route[key]] as const),
        ]
      : [];

const BOUNDS: readonly Bounds[] = [
  {
    reads: 'agent.batchWait',
    values: one('agent', 'batchWait'),
    least: { milliseconds: 100, why: 'the agent would send a request for nearly every line' },
    most: { milliseconds: MINUTE, why: 'alerts look at five minutes, and a node that dies loses what waits' },
  },
  {
    reads: 'limits.rejectOldSamplesAfter',
    values: one('limits', 'rejectOldSamplesAfter'),
    least: { milliseconds: HOUR, why: 'what the agents hold back while Loki is away would be refused, and lost' },
  },
  {
    reads: 'limits',
    values: ({ limits }) => [
      [['limits', 'queryTimeout'], limits.queryTimeout],
      ...Object.entries(limits.tenants).map(
        ([name, { queryTimeout }]) => [['limits', 'tenants', name, 'queryTimeout'], queryTimeout] as const,
      ),
    ],
    least: { milliseconds: 5 * SECOND, why: 'no query of a day’s lines would be answered' },
    most: { milliseconds: HOUR, why: 'who has asked is gone by then, and the query goes on' },
  },
  {
    reads: 'retention.compactionInterval',
    values: one('retention', 'compactionInterval'),
    least: { milliseconds: MINUTE, why: 'the compactor reads the whole index of a day each time' },
    most: { milliseconds: DAY, why: 'nothing is deleted in between' },
  },
  {
    reads: 'alerting.interval',
    values: one('alerting', 'interval'),
    least: { milliseconds: SECOND, why: 'Loki would do nothing but evaluate rules' },
    most: { milliseconds: 5 * MINUTE, why: 'alerts look at five minutes, and would miss what is between two of them' },
  },
  {
    reads: 'monitoring.scrapeInterval',
    values: one('monitoring', 'scrapeInterval'),
    least: { milliseconds: SECOND, why: 'the programs would do little but show their metrics' },
  },
  {
    reads: 'alertmanager',
    values: ofAlertmanager('groupWait'),
    most: { milliseconds: HOUR, why: 'nobody is told of an alert before' },
  },
  {
    reads: 'alertmanager',
    values: ofAlertmanager('groupInterval'),
    least: { milliseconds: SECOND, why: 'each change of an alert would be a message of its own' },
    most: { milliseconds: DAY, why: 'nobody is told before that more alerts have joined a group' },
  },
  {
    reads: 'alertmanager',
    values: ofAlertmanager('repeatInterval'),
    least: { milliseconds: MINUTE, why: 'receivers refuse messages that come so often' },
  },
  {
    reads: 'secretSource',
    values: ({ secretSource }) =>
      secretSource.type === 'externalSecrets'
        ? [[['secretSource', 'refreshInterval'], secretSource.refreshInterval]]
        : [],
    least: { milliseconds: 10 * SECOND, why: 'stores refuse whoever asks so often' },
  },
  {
    reads: 'deploy.timeout',
    values: one('deploy', 'timeout'),
    least: { milliseconds: 30 * SECOND, why: 'an image is hardly pulled by then' },
    most: { milliseconds: DAY, why: 'an update that hangs would never be noticed' },
  },
];

export const extremeRules: readonly Rule[] = [
  ...BOUNDS.map(({ reads, values, least, most }): Rule => ({
    reads: [reads],
    check: (config) =>
      values(config).flatMap(([path, value]): readonly Problem[] => {
        if (value === undefined) return [];
        return [
          ...when(least !== undefined && value.milliseconds < least.milliseconds, () =>
            bound(path, value, 'at least', least),
          ),
          ...when(most !== undefined && value.milliseconds > most.milliseconds, () =>
            bound(path, value, 'at most', most),
          ),
        ];
      }),
  })),
  {
    reads: ['limits', 'resources.loki.limits'],
    check: ({ limits, resources }) => {
      const { memory } = resources.loki.limits;
      const most = Math.floor(memory.bytes / BURST_SHARE / 2 ** 20) * 2 ** 20;
      return [
        [['limits', 'ingestionBurst'], limits.ingestionBurst] as const,
        ...Object.entries(limits.tenants).map(
          ([name, { ingestionBurst }]) => [['limits', 'tenants', name, 'ingestionBurst'], ingestionBurst] as const,
        ),
      ].flatMap(([path, burst]) =>
        when(burst !== undefined && burst.bytes > most, () =>
          problem(
            path,
            formatLokiBytes(burst ?? { bytes: 0 }),
            `at most a quarter of Loki’s memory limit (${formatLokiBytes(memory)}): a push may be as large, and Loki holds it as it came, unpacked and in its log`,
            `lower it to ${formatLokiBytes({ bytes: most })}, or raise resources.loki.limits.memory`,
          ),
        ),
      );
    },
  },
];

/** A push may take a quarter of the memory, because Loki holds about three copies of it. */
const BURST_SHARE = 4;

function bound(path: Path, value: Duration, side: 'at least' | 'at most', limit: Bounds['least']): Problem {
  const { milliseconds = 0, why = '' } = limit ?? {};
  const written = formatDuration({ milliseconds });
  return problem(
    path,
    formatDuration(value),
    `${side} ${written}: ${why}`,
    `write ${written} or ${side === 'at least' ? 'more' : 'less'}`,
  );
}
