import { z } from 'zod';

export const monitoring = z.strictObject({
  type: z
    .enum(['embedded', 'operator', 'annotations', 'none'])
    .optional()
    .describe(
      'Who scrapes the stack’s metrics: `embedded` a small Prometheus of the stack; `operator` the Prometheus Operator’s, by ServiceMonitor, PodMonitor and PrometheusRule; `annotations` one that looks for `prometheus.io/scrape`; `none` nobody. By default `embedded` in dev, `annotations` elsewhere.',
    ),
});
