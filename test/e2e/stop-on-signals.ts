/** Stops the local cluster when a signal ends the tests that have started it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../tools/cache';

/**
 * No tear-down follows a signal. Another process stops the cluster: this one may be in the middle of a start, and tests that go on
 * would start the cluster again.
 */
export function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      const stop = [join(projectRoot(), 'bin', 'run.js'), 'local', 'cluster-down'];
      spawn(process.execPath, stop, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }).unref();
      process.exit(1);
    });
}
