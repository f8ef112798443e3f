/** What of a stack can run on a cluster: the embedded one has no registry, and so no Grafana until somebody imports its image. */
import { imageReference } from '../src/components/kit/container';
import type { StackConfig } from '../src/config';
import { kubectl, type Target } from './kubernetes';

/** Changes to a stack file, by path below `spywatcher-logs:`. */
export type Changes = Readonly<Record<string, unknown>>;

/** Makes a stack do without Grafana. */
export const WITHOUT_GRAFANA: Changes = { 'grafana.replicas': 0 };

/** The config of a stack as the embedded cluster can run it. */
export async function runnableConfig(target: Target, config: StackConfig): Promise<StackConfig> {
  const { images, grafana } = config;
  const present = await kubectl(target, ['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}']);
  if (present.split(' ').includes(imageReference(images.grafana, images))) return config;
  return { ...config, grafana: { ...grafana, replicas: 0 } };
}
