import { z } from 'zod';
import { defaults } from '../defaults';
import { byteSize, cpu } from '../scalars';

interface ResourceDefaults {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

const resources = (preset: ResourceDefaults) =>
  z
    .strictObject({
      requests: z
        .strictObject({
          cpu: cpu().prefault(preset.requests.cpu).describe('CPU that the scheduler reserves.'),
          memory: byteSize().prefault(preset.requests.memory).describe('Memory that the scheduler reserves.'),
        })
        .prefault({}),
      limits: z
        .strictObject({
          cpu: cpu().prefault(preset.limits.cpu).describe('CPU above which the container is throttled.'),
          memory: byteSize().prefault(preset.limits.memory).describe('Memory above which the container is killed.'),
        })
        .prefault({}),
    })
    .prefault({});

export const componentResources = z.strictObject({
  loki: resources(defaults.resources.loki),
  compactor: resources(defaults.resources.compactor),
  gateway: resources(defaults.resources.gateway),
  promtail: resources(defaults.resources.promtail),
  collector: resources(defaults.resources.collector),
  grafana: resources(defaults.resources.grafana),
  alertmanager: resources(defaults.resources.alertmanager),
  prometheus: resources(defaults.resources.prometheus),
  canary: resources(defaults.resources.canary),
  proxy: resources(defaults.resources.proxy),
});
