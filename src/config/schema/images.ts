import { z } from 'zod';
import { defaults } from '../defaults';
import { distinct, dnsLabel, image, imageRegistry } from '../scalars';

export const images = z.strictObject({
  registry: imageRegistry()
    .optional()
    .describe('Mirror that replaces the registry of every image: `registry.example.com/mirror`.'),
  pullSecrets: distinct(z.array(dnsLabel())).default([]).describe('Pull secrets, in both namespaces.'),
  pullPolicy: z
    .enum(['IfNotPresent', 'Always', 'Never'])
    .default(defaults.images.pullPolicy)
    .describe(
      'When a node pulls an image. `IfNotPresent`: if it does not have it. `Always`: at every start, which lets the registry decide who may run it. `Never`: the nodes have it already.',
    ),
  loki: image().default(defaults.images.loki).describe('Image of Loki.'),
  gateway: image().default(defaults.images.gateway).describe('Image of the gateway: an unprivileged nginx.'),
  promtail: image().default(defaults.images.promtail).describe('Image of Promtail.'),
  collector: image().default(defaults.images.collector).describe('Image of the OpenTelemetry Collector.'),
  grafana: image().default(defaults.images.grafana).describe('Image of Grafana.'),
  alertmanager: image().default(defaults.images.alertmanager).describe('Image of Alertmanager.'),
  prometheus: image().default(defaults.images.prometheus).describe('Image of the embedded Prometheus.'),
  canary: image().default(defaults.images.canary).describe('Image of loki-canary.'),
});
