import { formatDuration, formatQuantity } from '../units';
import { problem, type Rule, when } from './rule';

/** Names of the stack's own jobs. A target of the same name would be taken for that job. */
const OWN_JOBS = [
  'loki',
  'compactor',
  'gateway',
  'promtail',
  'collector',
  'alertmanager',
  'canary',
  'grafana',
  'prometheus',
];
/** Prometheus writes a block every two hours, and keeps its write-ahead log for one more. */
const LEAST_SIZE = { bytes: 2 ** 30 };
/** The rules ask for `increase` over five minutes at least, which needs several samples. */
const LONGEST_INTERVAL = { milliseconds: 60_000 };

export const monitoringRules: readonly Rule[] = [
  {
    reads: ['environment', 'monitoring.type', 'monitoring.operator', 'monitoring.targets'],
    check: ({ monitoring }) => {
      const { type, operator, targets } = monitoring;
      return [
        ...when(operator !== undefined && type !== 'operator', () =>
          problem(
            ['monitoring', 'operator'],
            operator,
            `of use with monitoring.type operator; it is ${type}`,
            'remove it, or set monitoring.type to operator',
          ),
        ),
        ...when(targets.length > 0 && type !== 'embedded', () =>
          problem(
            ['monitoring', 'targets'],
            targets,
            `what the stack’s own Prometheus scrapes; monitoring.type is ${type}`,
            'name them to the Prometheus that scrapes the stack, or set monitoring.type to embedded',
          ),
        ),
      ];
    },
  },
  {
    reads: ['monitoring.targets'],
    check: ({ monitoring: { targets } }) =>
      targets.flatMap(({ job, port, perPod, egress }, index) => [
        ...when(OWN_JOBS.includes(job), () =>
          problem(
            ['monitoring', 'targets', index, 'job'],
            job,
            'another name than those of the stack’s own jobs',
            'write for example backend',
          ),
        ),
        ...when(targets.findIndex((other) => other.job === job) < index, () =>
          problem(
            ['monitoring', 'targets', index, 'job'],
            job,
            'a name that no target before it has',
            'give it another name',
          ),
        ),
        // The policy sees the port behind a Service, which can be another one. Pods that are scraped separately have this port.
        ...when(
          !egress.some((destination) => ('namespace' in destination && !perPod) || destination.port === port),
          () =>
            problem(
              ['monitoring', 'targets', index, 'egress'],
              egress.map((destination) => destination.port),
              `an entry with port ${port}, that of the target`,
              `add one with port: ${port}`,
            ),
        ),
      ]),
  },
  {
    reads: ['monitoring.embedded.persistence.size'],
    check: ({ monitoring: { embedded } }) =>
      when(embedded.persistence.size.bytes < LEAST_SIZE.bytes, () =>
        problem(
          ['monitoring', 'embedded', 'persistence', 'size'],
          formatQuantity(embedded.persistence.size),
          'at least 1Gi: the samples of the last hours are there twice while a block is written',
          'write 1Gi or more',
        ),
      ),
  },
  {
    reads: ['monitoring.scrapeInterval'],
    check: ({ monitoring: { scrapeInterval } }) =>
      when(scrapeInterval.milliseconds > LONGEST_INTERVAL.milliseconds, () =>
        problem(
          ['monitoring', 'scrapeInterval'],
          formatDuration(scrapeInterval),
          'at most 1m: alerts look at what happened in five minutes',
          'write for example 30s',
        ),
      ),
  },
  {
    reads: ['monitoring.thresholds.compactionOverdue', 'retention.compactionInterval'],
    check: ({ monitoring: { thresholds }, retention }) =>
      when(thresholds.compactionOverdue.milliseconds < 2 * retention.compactionInterval.milliseconds, () =>
        problem(
          ['monitoring', 'thresholds', 'compactionOverdue'],
          formatDuration(thresholds.compactionOverdue),
          `at least twice retention.compactionInterval, ${formatDuration(retention.compactionInterval)}`,
          `write ${formatDuration({ milliseconds: 2 * retention.compactionInterval.milliseconds })} or more`,
        ),
      ),
  },
];
