/** The program that makes volumes for claims; one of the cluster's processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { reconcileStorage } from './storage';

async function main(): Promise<void> {
  for (let last = ''; ;) {
    try {
      await reconcileStorage();
      last = '';
    } catch (error) {
      // The API server may be restarting: it says this once, and goes on.
      const message = error instanceof Error ? error.message : String(error);
      if (message !== last) process.stderr.write(`${new Date().toISOString()} ${message}\n`);
      last = message;
    }
    await sleep(1000);
  }
}

void main();
