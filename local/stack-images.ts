/** The images of a stack, made from the programs that `tools/` builds. */
import { imageReference } from '../src/components/kit/container';
import type { StackConfig } from '../src/config';
import type { ToolName } from '../tools/build';
import type { Cluster } from './cluster';
import {
  buildAlertmanagerImage,
  buildCanaryImage,
  buildCollectorImage,
  buildLokiImage,
  buildNginxImage,
  buildPrometheusImage,
  buildPromtailImage,
} from './images/catalog';
import type { Log } from './shell';

/** The programs that are built for those images. */
export function stackTools({ agent, monitoring, canary, alertmanager }: StackConfig): readonly ToolName[] {
  return [
    'loki',
    agent.type === 'promtail' ? 'promtail' : 'otelcol',
    ...(monitoring.type === 'embedded' ? (['prometheus'] as const) : []),
    ...(canary === undefined ? [] : (['loki-canary'] as const)),
    ...(alertmanager.type === 'embedded' ? (['alertmanager', 'amtool'] as const) : []),
  ];
}

/** Makes the images that a stack's manifests name, Grafana's aside, and imports them with further archives. */
export async function importStackImages(
  cluster: Cluster,
  config: StackConfig,
  further: readonly string[],
  log: Log,
): Promise<void> {
  const { images } = config;
  const archives = [
    await buildLokiImage(imageReference(images.loki, images), log),
    config.agent.type === 'promtail'
      ? await buildPromtailImage(imageReference(images.promtail, images), log)
      : await buildCollectorImage(imageReference(images.collector, images), log),
    await buildNginxImage(imageReference(images.gateway, images)),
    ...(config.monitoring.type === 'embedded'
      ? [await buildPrometheusImage(imageReference(images.prometheus, images), log)]
      : []),
    ...(config.canary === undefined ? [] : [await buildCanaryImage(imageReference(images.canary, images), log)]),
    ...(config.alertmanager.type === 'embedded'
      ? [await buildAlertmanagerImage(imageReference(images.alertmanager, images), log)]
      : []),
    ...further,
  ];
  for (const archive of archives) await cluster.importImage(archive);
}
