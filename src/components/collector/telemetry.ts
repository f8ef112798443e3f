/** What the Collector tells of itself: its log, and the metrics that alerts and dashboards ask for. */
import type { StackConfig } from '../../config';
import { PUSH_DURATION } from '../../log-model/agent-metrics';
import { COLLECTOR } from '../kit/identity';

type Section = Readonly<Record<string, unknown>>;

/** Instruments whose series nobody asks for. Names as in its source. */
const DROPPED = [
  'otelcol.k8s.pod.association', // a series for each pod that ever was
  'otelcol_processor_incoming_items', // two for each processor
  'otelcol_processor_outgoing_items',
  'otelcol_processor_internal_duration', // the others are histograms
  'otelcol_processor_groupbyattrs_*',
  'otelcol_exporter_queue_batch_*',
  'otelcol_processor_batch_*',
  'otelcol.*.size',
  'http.client.request.body.size',
];

/** `service.telemetry` of its config file. */
export const telemetry = ({ agent }: Pick<StackConfig, 'agent'>): Section => ({
  logs: { encoding: 'json' },
  // Default: it traces each push, as an example beside the histogram of pushes. Such an example is longer than Prometheus' format takes,
  // and each scrape would log a line about it.
  traces: { level: 'none' },
  metrics: {
    // Below this level pushes are not counted by their answer, records are dropped without a reason, and views are refused.
    level: 'detailed',
    readers: [
      {
        pull: {
          exporter: {
            prometheus: {
              host: '0.0.0.0',
              port: COLLECTOR.ports.metrics,
              without_scope_info: true, // default false: three labels more on each series
              // Together, names without suffixes and with underscores alone. By default a Prometheus of version 3 gets other names than an
              // older one: those of some metrics and labels have dots then.
              without_type_suffix: true,
              without_units: true,
            },
          },
        },
      },
    ],
    views: [
      {
        selector: { instrument_name: 'http.client.request.duration' },
        stream: {
          name: PUSH_DURATION,
          // Without further addresses: there is one gateway. Further destinations are told apart from it by their hosts.
          attribute_keys: {
            included: ['http.response.status_code', ...(agent.also.length === 0 ? [] : ['server.address'])],
          },
          aggregation: { explicit_bucket_histogram: { boundaries: [1, 10], record_min_max: false } },
        },
      },
      ...DROPPED.map((name) => ({
        selector: { instrument_name: name },
        stream: { aggregation: { drop: {} } },
      })),
    ],
  },
});
