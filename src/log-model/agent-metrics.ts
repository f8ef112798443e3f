/** Names of what the agents measure of themselves. Alerts, dashboards and the commands that look at a stack read them here. */

/** A metric of an agent. */
export interface AgentMetric {
  readonly name: string;
  /** Matchers in PromQL, where the agent has series of this name that are about something else. */
  readonly matchers: readonly string[];
  /** Label with the host that a series is about. It is there where the agent sends to further destinations. */
  readonly host?: string;
  /** Where the records of a series go, of which the label `exporter` tells. @default - it has no such label */
  readonly goesTo?: 'loki' | 'elsewhere';
}

/** What both agents measure. A series may be missing until it has something to count. */
export interface AgentMetrics {
  /** Records that Loki has taken. A counter. */
  readonly sent: AgentMetric;
  /** Records that are lost, because they were refused for good. A counter. The label says why. */
  readonly dropped: AgentMetric & { readonly reason: string };
  /** Attempts to send a batch. A counter. The label is the status of the answer, or this value if there was none. */
  readonly pushes: AgentMetric & { readonly status: string; readonly noAnswer: string };
  /** Attempts that came to nothing and are repeated. A counter. */
  readonly retries: AgentMetric;
  /** Records that the drop rules have left out. A counter. The label is the rule, after this prefix. */
  readonly leftOut: AgentMetric & { readonly rule: string; readonly prefix: string };
  /** Resident memory in bytes. */
  readonly memory: AgentMetric;
  /** Something that it measures from its start, and that no other program has. */
  readonly own: AgentMetric;
}

export interface PromtailMetrics extends AgentMetrics {
  /** Bytes of each file that it follows, by path. */
  readonly fileBytes: AgentMetric;
  /** Bytes that it has read of each of them. */
  readonly readBytes: AgentMetric;
  /** Containers and files that it reads. */
  readonly targets: AgentMetric;
}

export interface CollectorMetrics extends AgentMetrics {
  /** Records that were read and put on the queue, by receiver. A counter. */
  readonly read: AgentMetric;
  /** Bytes of what is read and not delivered. */
  readonly queueSize: AgentMetric;
  /** Bytes that there may be. */
  readonly queueCapacity: AgentMetric;
  /** Records that it could not put on the queue, and reads again. A counter. */
  readonly notQueued: AgentMetric;
  /** Files that it reads. */
  readonly openFiles: AgentMetric;
}

const all = (name: string): AgentMetric => ({ name, matchers: [] });

const PROMTAIL: PromtailMetrics = {
  sent: all('promtail_sent_entries_total'),
  dropped: { ...all('promtail_dropped_entries_total'), reason: 'reason' },
  pushes: { ...all('promtail_request_duration_seconds_count'), status: 'status_code', noAnswer: '-1' },
  retries: all('promtail_batch_retries_total'),
  leftOut: { ...all('logentry_dropped_lines_total'), rule: 'reason', prefix: '' },
  memory: all('process_resident_memory_bytes'),
  own: all('promtail_build_info'),
  fileBytes: all('promtail_file_bytes_total'),
  readBytes: all('promtail_read_bytes_total'),
  targets: all('promtail_targets_active_total'),
};

/** Name of the Collector's component that sends to Loki. */
export const LOKI_EXPORTER = 'otlp_http/loki';
/** Name of the one that sends what is of a tenant of its own. No name of a further destination has a slash. */
export const tenantExporter = (credential: string): string => `${LOKI_EXPORTER}/${credential}`;
/** Whether it is one of these. */
export const sendsToLoki = (exporter: string): boolean =>
  exporter === LOKI_EXPORTER || exporter.startsWith(tenantExporter(''));
/**
 * Name of the Collector's measurement of its pushes. By default it is called as in every program with OpenTelemetry. A Prometheus that
 * goes by annotations knows a metric by its name alone, so this one is the stack's own.
 */
export const PUSH_DURATION = 'spywatcher_logs_push_duration_seconds';
/** The Collector's count of what each filter has taken out: those of drop rules, and those that count the gateway's answers. */
export const FILTERED = 'otelcol_processor_filter_logs_filtered';
/** Names of the latter begin so. No name of a drop rule has a slash. */
export const GATEWAY_FILTERS = 'filter/gateway/';

const toLoki = (name: string): AgentMetric => ({ ...all(name), goesTo: 'loki' });
const queueCapacity = toLoki('otelcol_exporter_queue_capacity');
/** Share of its queue from which on it is nearly full. All of it is never used: a batch that does not fit waits outside. */
export const QUEUE_NEARLY_FULL = 0.9;
/** Statuses after which it sends a batch again, besides no answer. After any other it drops the batch. */
export const COLLECTOR_RETRIES = ['429', '502', '503', '504'] as const;
const pushes = {
  ...all(`${PUSH_DURATION}_count`),
  status: 'http_response_status_code',
  noAnswer: '', // then the label is not there
  host: 'server_address',
};

const COLLECTOR: CollectorMetrics = {
  sent: toLoki('otelcol_exporter_sent_log_records'),
  dropped: { ...toLoki('otelcol_exporter_send_failed_log_records'), reason: 'error_type' },
  pushes,
  retries: {
    name: pushes.name,
    host: pushes.host,
    matchers: [`${pushes.status}=~"${[...COLLECTOR_RETRIES, pushes.noAnswer].join('|')}"`],
  },
  leftOut: { name: FILTERED, matchers: [`filter!~"${GATEWAY_FILTERS}.*"`], rule: 'filter', prefix: 'filter/' },
  memory: all('otelcol_process_memory_rss'),
  own: queueCapacity,
  read: all('otelcol_receiver_accepted_log_records'),
  queueSize: toLoki('otelcol_exporter_queue_size'),
  queueCapacity,
  notQueued: toLoki('otelcol_exporter_enqueue_failed_log_records'),
  openFiles: all('otelcol_fileconsumer_open_files'),
};

const elsewhere = (name: string): AgentMetric => ({ ...all(name), goesTo: 'elsewhere' });

/** What the Collector measures of its further destinations, by exporter. */
export const FURTHER_DESTINATIONS = {
  /** Records that are lost there, because they were refused for good. A counter. */
  refused: elsewhere('otelcol_exporter_send_failed_log_records'),
  /** Records that are lost there, because the queue was full. A counter. */
  notQueued: elsewhere('otelcol_exporter_enqueue_failed_log_records'),
  /** Bytes of what is not delivered. */
  waiting: elsewhere('otelcol_exporter_queue_size'),
} as const;

/** By `agent.type`. */
export const AGENT_METRICS = { promtail: PROMTAIL, collector: COLLECTOR } as const;
