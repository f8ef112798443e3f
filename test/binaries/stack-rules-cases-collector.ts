/** The cases of the alerts that are others where the agent is the Collector. */
import { configWith } from '../support/config';
import { burst, GATEWAY, LOKI, type RuleCase, type Series, up } from './stack-rules-cases';

const AGENT = 'job="collector",instance="10.0.0.1:8888"';
const labels = { instance: '10.0.0.1:8888' };
const NEAR_LIMIT = Math.round(0.95 * configWith().resources.collector.limits.memory.bytes);

const toLoki = (metric: string, further = ''): string =>
  `otelcol_exporter_${metric}{${AGENT},exporter="otlp_http/loki"${further}}`;
const toArchive = (metric: string, further = ''): string =>
  `otelcol_exporter_${metric}{${AGENT},exporter="otlp_http/archive"${further}}`;
const DROPPED = toLoki('send_failed_log_records', ',error_permanent="true",error_type="InvalidArgument"');
const SENT = toLoki('sent_log_records');
const WAITS = toLoki('queue_size', ',data_type="logs"');
const ROOM = toLoki('queue_capacity', ',data_type="logs"');
const filtered = (filter: string): string => `otelcol_processor_filter_logs_filtered{${AGENT},filter="${filter}"}`;
/** Pushes to the gateway with this answer; without any there is no such label. */
const pushes = (status?: number): string =>
  `spywatcher_logs_push_duration_seconds_count{${AGENT},server_address="gateway.logging.svc"${status === undefined ? '' : `,http_response_status_code="${status}"`}}`;

/** Programs of the stack that are up. */
const othersUp = (values: string): Series =>
  Object.fromEntries(
    [LOKI, GATEWAY, ...['alertmanager', 'canary', 'grafana'].map((job) => `job="${job}",instance="a"`)].map(
      (target) => [`up{${target}}`, values],
    ),
  );

/** Loki takes lines of two hours: what has waited for one is reported. */
export const OLDEST = '2h';

export const COLLECTOR_CASES: Readonly<Record<string, RuleCase>> = {
  AgentDropsLines: {
    // Nothing was dropped before: the reason comes with its first value.
    wrong: burst(AGENT, DROPPED, '_x10 20x60'),
    before: '9m',
    fires: '10m',
    labels: { ...labels, error_type: 'InvalidArgument' },
    description: 'The agent 10.0.0.1:8888 has dropped 20 lines in five minutes: InvalidArgument.',
    resolves: '16m',
    normal: { ...burst(AGENT, DROPPED, '9x70'), [toArchive('enqueue_failed_log_records')]: '0+5x70' },
  },
  AgentCannotDeliver: {
    wrong: {
      ...up(AGENT),
      [pushes()]: '0x10 2+2x30 62x40',
      [pushes(200)]: '0+5x10 50x30 55+5x40',
      [SENT]: '0+50x10 500x30 550+50x40',
    },
    before: '18m',
    fires: '19m',
    labels,
    description:
      'The agent 10.0.0.1:8888 has tried 10 times in five minutes and delivered nothing. What it has read is in its queue on the node’s disk.',
    resolves: '47m',
    // Loki limits it now and then, and it delivers. What is dropped is not tried again.
    normal: {
      ...up(AGENT),
      [pushes(429)]: '0+1x70',
      [SENT]: '0+50x70',
      [`spywatcher_logs_push_duration_seconds_count{job="collector",instance="10.0.0.2:8888",server_address="gateway.logging.svc",http_response_status_code="400"}`]:
        '0+5x70',
    },
  },
  AgentUnauthorized: {
    wrong: burst(AGENT, pushes(401), '_x10 4x60'),
    before: '9m',
    fires: '10m',
    labels: { ...labels, http_response_status_code: '401' },
    description: 'The gateway has answered 4 pushes of the agent 10.0.0.1:8888 with 401 in five minutes.',
    resolves: '16m',
    normal: {
      ...burst(AGENT, pushes(200), '0+60x70'),
      [pushes()]: '0+1x70',
      // A further destination refuses its own.
      [`spywatcher_logs_push_duration_seconds_count{${AGENT},server_address="otlp.example.com",http_response_status_code="401"}`]:
        '0+5x70',
    },
  },
  AgentBehind: {
    wrong: { [WAITS]: '5000x10 20971520x30 5000x40' },
    before: '20m',
    fires: '21m',
    labels,
    description: 'The agent 10.0.0.1:8888 has 20MiB in its queue that it has not delivered.',
    resolves: '42m',
    // What comes and goes, and another program's queue.
    normal: {
      [WAITS]: '900000 20971520x5 0 9000000x60',
      [`otelcol_exporter_queue_size{${AGENT},exporter="otlp_http/other"}`]: '500000000x70',
    },
  },
  AgentQueueNearlyFull: {
    wrong: { [ROOM]: '536870912x80', [WAITS]: '0x10 480000000x5 500000000x20 100000x40' },
    before: '17m',
    fires: '18m',
    labels,
    description: 'The queue of the agent 10.0.0.1:8888 is 93.13% full.',
    resolves: '38m',
    normal: { [ROOM]: '536870912x80', [WAITS]: '0x10 480000000x60' },
  },
  AgentQueueTooOld: {
    wrong: { ...up(AGENT), [WAITS]: '0x10 20971520x70 0x40', [SENT]: '0+50x10 500x70 550+50x40' },
    before: '69m',
    fires: '70m',
    labels,
    description:
      'The agent 10.0.0.1:8888 has delivered nothing for 1h, and 20MiB are in its queue. Loki refuses lines that are older than 2h.',
    resolves: '82m',
    normal: {
      // Something always waits, and is delivered.
      ...up(AGENT),
      [WAITS]: '20971520x70',
      [SENT]: '0+50x70',
      // Not for as long.
      'otelcol_exporter_queue_size{job="collector",instance="10.0.0.2:8888",exporter="otlp_http/loki"}': '_x20 9000x50',
      // Nothing waits.
      'otelcol_exporter_queue_size{job="collector",instance="10.0.0.3:8888",exporter="otlp_http/loki"}': '0x70',
      // Delivered for the first time since its start.
      'up{job="collector",instance="10.0.0.4:8888"}': '1x70',
      'otelcol_exporter_queue_size{job="collector",instance="10.0.0.4:8888",exporter="otlp_http/loki"}': '9000x70',
      'otelcol_exporter_sent_log_records{job="collector",instance="10.0.0.4:8888",exporter="otlp_http/loki"}':
        '_x15 7x55',
    },
  },
  FurtherDestinationLosesLines: {
    wrong: burst(AGENT, toArchive('enqueue_failed_log_records'), '_x10 20x60'),
    before: '9m',
    fires: '10m',
    labels: { ...labels, exporter: 'otlp_http/archive' },
    description: 'The agent 10.0.0.1:8888 has dropped 20 lines for otlp_http/archive in five minutes.',
    resolves: '16m',
    // What was lost before, and what the stack's own Loki has refused.
    normal: {
      ...burst(AGENT, toArchive('send_failed_log_records', ',error_type="Unknown"'), '9x70'),
      [DROPPED]: '0+5x70',
    },
  },
  FurtherDestinationBehind: {
    wrong: { [toArchive('queue_size')]: '5000x10 20971520x30 5000x40' },
    before: '20m',
    fires: '21m',
    labels: { ...labels, exporter: 'otlp_http/archive' },
    description:
      'The agent 10.0.0.1:8888 has 20MiB in the queue of otlp_http/archive. What does not fit is dropped for it.',
    resolves: '42m',
    normal: { [toArchive('queue_size')]: '900000 20971520x5 0x60', [WAITS]: '500000000x70' },
  },
  GatewayRefusesCredentials: {
    wrong: burst(AGENT, filtered('filter/gateway/unauthorized'), '0x10 40x60'),
    before: '10m',
    fires: '11m',
    labels: {},
    description: 'The gateway has answered 40 requests with 401 in five minutes.',
    resolves: '17m',
    normal: {
      ...burst(AGENT, filtered('filter/gateway/unauthorized'), '0x10 3+3x60'),
      [filtered('filter/health-checks')]: '0+500x70',
    },
  },
  GatewayServerErrors: {
    wrong: burst(AGENT, filtered('filter/gateway/server_errors'), '0x10 30x60'),
    before: '10m',
    fires: '11m',
    labels: {},
    description: 'The gateway has answered 30 requests with 5xx in five minutes.',
    resolves: '17m',
    normal: burst(AGENT, filtered('filter/gateway/server_errors'), '0x10 1+1x60'),
  },
  GatewayRefusesPushes: {
    wrong: burst(AGENT, pushes(), '0x10 6+6x20 126x40'),
    before: '15m',
    fires: '16m',
    labels: {},
    description: '0.10 pushes a second fail with no answer at all.',
    resolves: '37m',
    normal: { ...burst(AGENT, pushes(200), '0+60x70'), [pushes()]: '4x70', [pushes(429)]: '0+2x70' },
  },
  TargetDown: {
    wrong: { [`up{${AGENT}}`]: '1x10 0x20 1x40' },
    before: '15m',
    fires: '16m',
    labels: { job: 'collector', instance: '10.0.0.1:8888' },
    description: 'collector at 10.0.0.1:8888 has no metrics to give.',
    resolves: '32m',
    normal: { [`up{${AGENT}}`]: '1x10 0x3 1x60', 'up{job="promtail",instance="a"}': '0x70' },
  },
  TargetMissing: {
    wrong: { ...othersUp('1x80'), [`up{${AGENT}}`]: '1x10 _x30 1x40' },
    before: '22m',
    fires: '26m',
    labels: { job: 'collector' },
    description: 'Nothing of collector is scraped.',
    resolves: '42m',
    normal: { ...othersUp('1x70'), [`up{${AGENT}}`]: '0x70' },
  },
  MemoryNearLimit: {
    wrong: { [`otelcol_process_memory_rss{${AGENT}}`]: `100000000x10 ${NEAR_LIMIT}x30 100000000x30` },
    before: '20m',
    fires: '21m',
    labels: { job: 'collector', instance: '10.0.0.1:8888' },
    description: 'collector at 10.0.0.1:8888 uses 95% of its memory limit.',
    resolves: '42m',
    normal: {
      [`otelcol_process_memory_rss{${AGENT}}`]: '100000000x70',
      'otelcol_process_memory_rss{job="shop",instance="shop"}': '9000000000x70',
    },
  },
};
