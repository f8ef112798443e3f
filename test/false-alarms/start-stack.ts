import { startStackOf } from '../e2e/start-stack';
import { buildGrafanaStandIn, calmConfig } from './stack';

/** Starts the cluster with a stack of default rules. */
export default async function startCalmStack(): Promise<void> {
  await startStackOf(calmConfig(), [await buildGrafanaStandIn()]);
}
