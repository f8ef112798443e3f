/** The images of a stack, made from the programs that `tools/` builds. */
import { imageReference } from '../src/components/kit/container';
import type { StackConfig } from '../src/config';
import type { Cluster } from './cluster';
import {
  buildAlertmanagerImage,
  buildCanaryImage,
  buildLokiImage,
  buildNginxImage,
  buildPrometheusImage,
  buildPromtailImage,
} from './images/catalog';
import type { Log } from './shell';

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
    await buildPromtailImage(imageReference(images.promtail, images), log),
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
