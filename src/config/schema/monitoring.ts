import { z } from 'zod';
import { defaults } from '../defaults';
import { byteSize, dnsLabel, duration, fraction, host, objectLabels, port, positiveInteger, urlPath } from '../scalars';
import { persistence } from './persistence';
import { egressOf } from './shared';

const preset = defaults.monitoring.thresholds;

const thresholds = z.strictObject({
  agentBehind: byteSize()
    .prefault(preset.agentBehind)
    .describe('Unread bytes of one log file above which the alert fires after ten minutes.'),
  volumeUsed: fraction().default(preset.volumeUsed).describe('Share of Loki’s volume that may be used.'),
  volumeFullWithin: duration()
    .prefault(preset.volumeFullWithin)
    .describe('Fires for a volume that will be full within this time, at the rate of the last hours.'),
  memoryUsed: fraction().default(preset.memoryUsed).describe('Share of its memory limit that a program may use.'),
  compactionOverdue: duration()
    .prefault(preset.compactionOverdue)
    .describe('Time since the last compaction, and since retention was last applied.'),
  slowQuery: duration().prefault(preset.slowQuery).describe('Duration that 99 % of the queries stay below.'),
  unauthorized: positiveInteger()
    .default(preset.unauthorized)
    .describe('Requests that the gateway may answer with 401 in five minutes.'),
  serverErrors: positiveInteger()
    .default(preset.serverErrors)
    .describe('Requests that the gateway may answer with 5xx in five minutes.'),
  certificateExpiresWithin: duration()
    .prefault(preset.certificateExpiresWithin)
    .describe('Fires for a certificate with less time than this before its end.'),
  canaryLatency: duration()
    .prefault(preset.canaryLatency)
    .describe('Time from written to read that 95 % of the canary’s lines stay below.'),
});

const target = z.strictObject({
  job: dnsLabel().describe('Label `job` of its metrics.'),
  host: host().describe('Host of the target. The host of a Service is `<service>.<namespace>.svc`.'),
  port: port().describe('Port of the target.'),
  path: urlPath().default(defaults.monitoring.path).describe('Path of its metrics.'),
  perPod: z
    .boolean()
    .default(false)
    .describe('Whether each address of the host is scraped separately, for a headless Service with several pods.'),
  egress: egressOf('the target'),
});

export const monitoring = z.strictObject({
  type: z
    .enum(['embedded', 'operator', 'annotations', 'none'])
    .optional()
    .describe(
      'Who scrapes the stack’s metrics. `embedded`: a small Prometheus of the stack. `operator`: the Prometheus Operator’s, by ServiceMonitor, PodMonitor and PrometheusRule. `annotations`: a Prometheus that looks for `prometheus.io/scrape`. `none`: nobody. By default `embedded` in dev, `annotations` elsewhere.',
    ),
  scrapeInterval: duration()
    .prefault(defaults.monitoring.scrapeInterval)
    .describe('How often metrics are scraped and rules evaluated, with `embedded` and `operator`.'),
  embedded: z
    .strictObject({
      retention: duration()
        .prefault(defaults.monitoring.embedded.retention)
        .describe('How long metrics are kept. The volume’s size is a second limit.'),
      persistence: persistence(defaults.monitoring.embedded.persistence.size)
        .prefault({})
        .describe('Volume of the metrics. Four fifths of it are used.'),
    })
    .prefault({})
    .describe('The Prometheus of the stack.'),
  operator: z
    .strictObject({
      labels: objectLabels()
        .default({})
        .describe('Labels of ServiceMonitor and PodMonitor, by which the Prometheus selects them.'),
      ruleLabels: objectLabels().default({}).describe('Labels of PrometheusRule, by which the Prometheus selects it.'),
    })
    .optional()
    .describe('How the Prometheus of the operator finds the stack. Its namespace is `network.monitoring.namespace`.'),
  targets: z.array(target).default([]).describe('Further targets of the stack’s Prometheus, for example the backend.'),
  thresholds: thresholds.prefault({}).describe('Thresholds of the alerts on the stack itself.'),
});
