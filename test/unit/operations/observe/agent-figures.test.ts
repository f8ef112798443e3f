/** Two pages of an agent's metrics → the same figures for either agent. */
import { AGENT_FIGURES } from '../../../../src/operations/observe/agent-figures';
import { parseMetrics } from '../../../../src/operations/observe/metrics';

const page = (seconds: number, ...lines: readonly string[]) => ({
  at: (1_800_000_000 + seconds) * 1000,
  samples: parseMetrics(lines.join('\n')),
});
const MB = 1_000_000;

test('given two pages of Promtail, what it sent, gave up and has before it follow', () => {
  const status = (code: string, count: number) =>
    `promtail_request_duration_seconds_count{host="gateway",status_code="${code}"} ${count}`;
  const figures = AGENT_FIGURES.promtail(
    page(0, 'promtail_sent_entries_total 10', status('204', 3), status('502', 4), status('-1', 1)),
    page(
      2,
      'promtail_sent_entries_total 30',
      'promtail_dropped_entries_total{reason="ingester_error"} 4',
      'promtail_dropped_entries_total{reason="line_too_long"} 0',
      'promtail_file_bytes_total{path="/a"} 100',
      'promtail_read_bytes_total{path="/a"} 60',
      'promtail_file_bytes_total{path="/rotated"} 10',
      'promtail_read_bytes_total{path="/rotated"} 500',
      'promtail_targets_active_total 3',
      status('204', 3),
      status('502', 5),
      status('-1', 3),
    ),
  );
  expect(figures).toEqual({
    sent: 30,
    sentPerSecond: 10,
    dropped: { ingester_error: 4 },
    droppedGrowing: true,
    waitingBytes: 40,
    waitingGrowth: 40,
    notQueued: 0,
    notQueuedGrowing: false,
    targets: 3,
    recentAnswers: { '502': 1, '-1': 2 },
  });
});

/** A Collector's series, most of which are for what sends to Loki. */
const ours = (name: string, value: number, labels = '') =>
  `otelcol_exporter_${name}{${labels}exporter="otlp_http/loki"} ${value}`;
const pushes = (count: number, status?: string) =>
  `spywatcher_logs_push_duration_seconds_count${status === undefined ? '' : `{http_response_status_code="${status}"}`} ${count}`;

test('given two pages of the Collector, what it sent, gave up and has in its queue follow', () => {
  const figures = AGENT_FIGURES.collector(
    page(
      0,
      ours('sent_log_records', 10),
      ours('queue_size', 3 * MB, 'data_type="logs",'),
      ours('queue_capacity', 5e8, 'data_type="logs",'),
      ours('send_failed_log_records', 5, 'error_permanent="true",error_type="Unauthenticated",'),
      pushes(3, '200'),
      pushes(4, '503'),
      pushes(1),
    ),
    page(
      2,
      ours('sent_log_records', 30),
      'otelcol_exporter_sent_log_records{exporter="otlp_http/other"} 1000',
      ours('queue_size', 7 * MB, 'data_type="logs",'),
      'otelcol_exporter_queue_size{data_type="logs",exporter="otlp_http/other"} 9e9',
      ours('queue_capacity', 5e8, 'data_type="logs",'),
      ours('send_failed_log_records', 5, 'error_permanent="true",error_type="Unauthenticated",'),
      ours('send_failed_log_records', 2, 'error_permanent="true",error_type="InvalidArgument",'),
      ours('enqueue_failed_log_records', 100),
      'otelcol_fileconsumer_open_files 12',
      pushes(3, '200'),
      pushes(6, '503'),
      pushes(2),
    ),
  );
  expect(figures).toEqual({
    sent: 30,
    sentPerSecond: 10,
    dropped: { Unauthenticated: 5, InvalidArgument: 2 },
    droppedGrowing: true,
    waitingBytes: 7 * MB,
    waitingGrowth: 4 * MB,
    queueBytes: 5e8,
    notQueued: 100,
    notQueuedGrowing: true,
    targets: 12,
    recentAnswers: { '503': 2, '-1': 1 },
  });
});

test('given a Collector that has only begun, and counts nothing yet, nothing is wrong with it', () => {
  const began = page(0, ours('queue_size', 0, 'data_type="logs",'), ours('queue_capacity', 5e8, 'data_type="logs",'));
  expect(AGENT_FIGURES.collector(began, { ...began, at: began.at + 2000 })).toEqual({
    sent: 0,
    sentPerSecond: 0,
    dropped: {},
    droppedGrowing: false,
    waitingBytes: 0,
    waitingGrowth: 0,
    queueBytes: 5e8,
    notQueued: 0,
    notQueuedGrowing: false,
    targets: 0,
    recentAnswers: {},
  });
});

test.each(['promtail', 'collector'] as const)(
  'given a %s that was restarted between two pages, no rate is negative',
  (type) => {
    const sent = (count: number) =>
      type === 'promtail' ? `promtail_sent_entries_total ${count}` : ours('sent_log_records', count);
    const { sentPerSecond, recentAnswers } = AGENT_FIGURES[type](
      page(0, sent(1000), pushes(50, '503')),
      page(10, sent(20), pushes(1, '503')),
    );
    expect({ sentPerSecond, recentAnswers }).toEqual({ sentPerSecond: 2, recentAnswers: {} });
  },
);
