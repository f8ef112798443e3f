/** Prometheus' text format, and the figures that follow from two pages of it. */
import { canaryFigures, lokiFigures } from '../../../../src/operations/observe/figures';
import { parseMetrics, sum, sumBy } from '../../../../src/operations/observe/metrics';

test('given a page of metrics, each line that is a sample is one', () => {
  const text = [
    '# HELP up Whether it is up.',
    '# TYPE up gauge',
    'up 1',
    'requests_total{code="200",path="/a"} 1.5e+03 1700000000000',
    'bucket{le="+Inf"} +Inf',
    'nothing NaN',
    'odd{text="a\\"b\\\\c\\nd, e=}"} -2',
    'this is no sample',
    '',
  ].join('\n');
  expect(parseMetrics(text)).toEqual([
    { name: 'up', labels: {}, value: 1 },
    { name: 'requests_total', labels: { code: '200', path: '/a' }, value: 1500 },
    { name: 'bucket', labels: { le: '+Inf' }, value: Infinity },
    { name: 'nothing', labels: {}, value: NaN },
    { name: 'odd', labels: { text: 'a"b\\c\nd, e=}' }, value: -2 },
  ]);
});

test('given several samples of a metric, they are added up, also by labels', () => {
  const samples = parseMetrics('a{x="1",y="1"} 1\na{x="1",y="2"} 2\na{x="2",y="2"} 4\nab 8');
  expect(sum(samples, 'a')).toBe(7);
  expect(sum(samples, 'b')).toBeUndefined();
  expect(sumBy(samples, 'a', 'x')).toEqual({ '1': 3, '2': 4 });
  expect(sumBy(samples, 'a', 'x', 'y')).toEqual({ '1 1': 1, '1 2': 2, '2 2': 4 });
});

const page = (seconds: number, ...lines: readonly string[]) => ({
  at: (1_800_000_000 + seconds) * 1000,
  samples: parseMetrics(lines.join('\n')),
});

test('given two pages of Loki, rates and what is refused follow', () => {
  const figures = lokiFigures(
    page(
      0,
      'loki_distributor_lines_received_total{tenant="a"} 100',
      'loki_discarded_samples_total{tenant="a",reason="rate_limited",policy=""} 5',
      'loki_discarded_samples_total{tenant="a",reason="stream_limit",policy=""} 2',
    ),
    page(
      10,
      'process_start_time_seconds 1.79999e+09',
      'loki_distributor_lines_received_total{tenant="a"} 150',
      'loki_distributor_lines_received_total{tenant="b"} 50',
      'loki_distributor_bytes_received_total{tenant="a"} 1000',
      'loki_discarded_samples_total{tenant="a",reason="rate_limited",policy=""} 6',
      'loki_discarded_samples_total{tenant="a",reason="stream_limit",policy=""} 2',
      'loki_ingester_wal_disk_usage_percent 0.25',
      'loki_compactor_apply_retention_last_successful_run_timestamp_seconds 1.7999e+09',
      'loki_runtime_config_last_reload_successful 0',
    ),
  );
  expect(figures).toEqual({
    uptimeSeconds: 10_010,
    linesPerSecond: 10,
    bytesPerSecond: 100,
    refused: [
      { tenant: 'a', reason: 'rate_limited', lines: 6, growing: true },
      { tenant: 'a', reason: 'stream_limit', lines: 2, growing: false },
    ],
    diskUsed: 0.25,
    diskFull: 0,
    storedBytes: 0,
    retentionLastRun: '2027-01-14T04:13:20.000Z',
    overridesRejected: true,
    ruleFailures: 0,
    notificationsDropped: 0,
  });
});

test('given a Loki that was restarted between two pages, no rate is negative, and retention may not have run', () => {
  const lines = (count: number) => `loki_distributor_lines_received_total ${count}`;
  const never = 'loki_compactor_apply_retention_last_successful_run_timestamp_seconds 0';
  const figures = lokiFigures(page(0, lines(1000)), page(10, lines(20), never));
  expect(figures.linesPerSecond).toBe(2);
  expect(figures.retentionLastRun).toBeUndefined();
  expect(figures.diskUsed).toBeUndefined();
});

test('given two pages of the canary, missing lines are counted', () => {
  const pages = [
    page(0, 'loki_canary_missing_entries_total 1'),
    page(2, 'loki_canary_missing_entries_total 2'),
  ] as const;
  expect(canaryFigures(...pages)).toEqual({ written: 0, missing: 2, missingGrowing: true });
});
