/** First panels of the stack's own dashboard: programs, alerts, disk, and lines that arrive. */
import type { StackConfig } from '../config/schema';
import { furthestBehind } from './agents-row';
import { anyIs, byValue } from './colors';
import { GATEWAY_CERTIFICATE_DAYS } from '../log-model/gateway-counters';
import { inRange, latest, metrics, orNone, perSecond, type ReadingsProps } from './metric-panels';
import { COLUMNS, LINES_PER_SECOND, type SizedPanel } from './panels';
import { DISK_FULL_THRESHOLD } from '../config/derived/disk-full';
import { selectorFor, targetSelector } from './stack-selectors';

/** In seconds. */
const WEEK = 7 * 86_400;
const DAY_MS = 86_400_000;

const firing = (severity: 'critical' | 'warning'): string =>
  `count(ALERTS{alertstate="firing", severity="${severity}"}) or vector(0)`;

/** The first panels. */
export function stackOverview(config: StackConfig): readonly SizedPanel[] {
  const { thresholds } = config.monitoring;
  const select = selectorFor(config);
  const used = `loki_ingester_wal_disk_usage_percent${select('loki')}`;
  return [
    latest({
      title: 'Programs Up',
      width: 12,
      height: 5,
      unit: 'percentunit',
      series: [
        {
          expr: `avg by (job) (up${targetSelector(config)})`,
          legend: '{{job}}',
          thresholds: byValue('red', [1, 'green']),
        },
      ],
    }),
    latest({
      title: 'Alerts Firing',
      description: 'Of this stack’s metrics; those of logs are at Alertmanager.',
      width: 6,
      height: 5,
      series: [
        { expr: firing('critical'), legend: 'critical', thresholds: anyIs('red') },
        { expr: firing('warning'), legend: 'warning', thresholds: anyIs('orange') },
      ],
    }),
    latest({
      title: 'Disk: Time to Full',
      description: 'At the rate of the last six hours, until Loki refuses lines.',
      noValue: 'not filling',
      width: 6,
      height: 5,
      unit: 's',
      series: [
        {
          expr: `min((${DISK_FULL_THRESHOLD} - ${used}) / (deriv(${used}[6h]) > 0))`,
          legend: 'until full',
          thresholds: byValue('red', [thresholds.volumeFullWithin.milliseconds / 1000, 'orange'], [WEEK, 'green']),
        },
      ],
    }),
    ...inALine(readings(config)),
    metrics({
      title: 'Ingest: Lines',
      unit: LINES_PER_SECOND,
      series: [
        { expr: perSecond(['tenant'], `loki_distributor_lines_received_total${select('loki')}`), legend: '{{tenant}}' },
      ],
    }),
    metrics({
      title: 'Ingest: Bytes',
      unit: 'Bps',
      series: [
        { expr: perSecond(['tenant'], `loki_distributor_bytes_received_total${select('loki')}`), legend: '{{tenant}}' },
      ],
    }),
    metrics({
      title: 'Refused Lines by Reason',
      unit: LINES_PER_SECOND,
      style: 'bars',
      series: [
        {
          expr: orNone('reason', perSecond(['tenant', 'reason'], `loki_discarded_samples_total${select('loki')}`)),
          legend: '{{tenant}} {{reason}}',
        },
      ],
    }),
  ];
}

/** Numbers that are 0 or small while all is well. Each turns red or orange where its alert fires. */
function readings(config: StackConfig): readonly ReadingsProps[] {
  const { thresholds } = config.monitoring;
  const select = selectorFor(config);
  const lost = (metric: string): string => inRange([], `loki_canary_${metric}${select('canary')}`);
  return [
    {
      title: 'Refused Lines by Tenant',
      description: 'In this time range, by Loki.',
      series: [
        {
          expr: orNone('tenant', `round(${inRange(['tenant'], `loki_discarded_samples_total${select('loki')}`)})`),
          legend: '{{tenant}}',
          thresholds: anyIs('red'),
        },
      ],
    },
    furthestBehind(config),
    ...(config.gateway.tls === undefined
      ? []
      : [
          {
            title: 'Certificate: Days to Its End',
            unit: 'suffix:days',
            series: [
              {
                expr: `min(${GATEWAY_CERTIFICATE_DAYS}${select('gateway')})`,
                legend: 'gateway',
                thresholds: byValue('red', [thresholds.certificateExpiresWithin.milliseconds / DAY_MS, 'green']),
              },
            ],
          },
        ]),
    ...(config.canary === undefined
      ? []
      : [
          {
            title: 'Canary: Lost Lines',
            description: 'In this time range: no query has found them.',
            series: [
              {
                expr: `round(${lost('missing_entries_total')} + ${lost('spot_check_missing_entries_total')})`,
                legend: 'lost',
                thresholds: anyIs('red'),
              },
            ],
          },
        ]),
  ];
}

/** Panels of one line, equally wide. */
function inALine(all: readonly ReadingsProps[]): readonly SizedPanel[] {
  return all.map((props) => latest({ ...props, width: COLUMNS / all.length, height: 4 }));
}
