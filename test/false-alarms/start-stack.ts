import { stackObjects } from '../../charts/objects';
import { startStackOf } from '../e2e/start-stack';
import { calmConfig } from './stack';

/** Starts the cluster with a stack of default rules. */
export default function startCalmStack(): Promise<void> {
  const config = calmConfig();
  return startStackOf(config, stackObjects(config));
}
