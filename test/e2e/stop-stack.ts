import { stopCluster } from '../../local/cluster';
import { log } from './cluster';

/** Stops what {@link startStack} started; a process, mount or file that is left is an error. */
export default async function stopStack(): Promise<void> {
  await stopCluster(log);
}
