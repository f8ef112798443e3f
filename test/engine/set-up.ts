/** Before the tests of the engine: a cluster that they start is stopped if a signal ends them. One that runs already stays. */
import { currentCluster } from '../../local/cluster';
import { stopOnSignals } from '../e2e/stop-on-signals';

export default function setUp(): void {
  if (currentCluster() === undefined) stopOnSignals();
}
