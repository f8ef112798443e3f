import { z } from 'zod';
import { defaults } from '../defaults';
import { byteSize, dnsLabel, duration, fraction, host, objectLabels, port, positiveInteger, urlPath } from '../scalars';
import { persistence } from './persistence';
import { egressOf } from './shared';

const preset = defaults.monitoring.thresholds;

const thresholds = z.strictObject({
  agentBehind: byteSize()
    .prefault(preset.agentBehind)
    .describe('What of one log file the agent may not have read yet, for ten minutes.'),
  volumeUsed: fraction().default(preset.volumeUsed).describe('Share of Loki’s volume that may be used.'),
  volumeFullWithin: duration()
    .prefault(preset.volumeFullWithin)
    .describe('A volume that will be full within this time, at the rate of the last hours, is one to be enlarged.'),
  memoryUsed: fraction().default(preset.memoryUsed).describe('Share of its memory limit that a program may use.'),
  compactionOverdue: duration()
    .prefault(preset.compactionOverdue)
    .describe('Time since the last compaction, and since retention was last applied.'),
  slowQuery: duration().prefault(preset.slowQuery).describe('What 99 % of the queries stay below.'),
  unauthorized: positiveInteger()
    .default(preset.unauthorized)
    .describe('Requests that the gateway may answer with 401 in five minutes.'),
  serverErrors: positiveInteger()
    .default(preset.serverErrors)
    .describe('Requests that the gateway may answer with 5xx in five minutes.'),
  certificateExpiresWithin: duration()
    .prefault(preset.certificateExpiresWithin)
    .describe('A certificate that has not been renewed by this time before its end.'),
  canaryLatency: duration()
    .prefault(preset.canaryLatency)
    .describe('What 95 % of the canary’s lines stay below, from written to read.'),
});

const target = z.strictObject({
  job: dnsLabel().describe('Label `job` of its metrics.'),
  host: host().describe('Its host: of a Service `<service>.<namespace>.svc`.'),
  port: port().describe('Port there.'),
  path: urlPath().default(defaults.monitoring.path).describe('Path of its metrics.'),
  perPod: z
    .boolean()
    .default(false)
    .describe('Whether each address of the host is scraped by itself: for a headless Service with several pods.'),
  egress: egressOf('the target'),
});

export const monitoring = z.strictObject({
  type: z
    .enum(['embedded', 'operator', 'annotations', 'none'])
    .optional()
    .describe(
      'Who scrapes the stack’s metrics: `embedded` a small Prometheus of the stack; `operator` the Prometheus Operator’s, by ServiceMonitor, PodMonitor and PrometheusRule; `annotations` one that looks for `prometheus.io/scrape`; `none` nobody. By default `embedded` in dev, `annotations` elsewhere.',
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
        .describe('Volume of the metrics; four fifths of it are used.'),
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
  targets: z
    .array(target)
    .default([])
    .describe('What the stack’s Prometheus scrapes besides the stack, for example the backend.'),
  thresholds: thresholds.prefault({}).describe('From when on the stack’s own alerts fire.'),
});
