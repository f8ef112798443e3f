/** Ports of this machine that lead to services of a cluster. */
import * as fs from 'node:fs';
import { ensureProcess, isCurrent } from './components';
import { inRun } from './layout';
import {
  forgetEndedProcesses,
  killProcess,
  lastWords,
  liveProcess,
  ownProgram,
  recordedProcesses,
  recordProcess,
  spawnDetached,
} from './process';
import { isListening } from './ports';
import { Log } from './shell';
import { waitAloud } from '../programs/wait';

/** A service that is made reachable on `localhost`. */
export interface Forward {
  /** Port on this machine. */
  readonly port: number;
  readonly namespace: string;
  readonly service: string;
  /** Port of the service. */
  readonly servicePort: number;
}

/** How to reach a cluster that is not the local one. */
export interface ForeignCluster {
  readonly kubectl: string;
  /** Name of the kube context. */
  readonly context: string;
}

const processName = (port: number): string => `forward-${port}`;

function command(forward: Forward, foreign: ForeignCluster | undefined): string[] {
  const { port, namespace, service, servicePort } = forward;
  const target = [String(port), namespace, service, String(servicePort)];
  const kubectl = foreign === undefined ? [] : [foreign.kubectl, foreign.context];
  return [process.execPath, ownProgram('forwarder'), ...target, ...kubectl];
}

async function start(name: string, port: number, argv: readonly string[], foreign: boolean): Promise<void> {
  if (isCurrent(name, argv)) return;
  await killProcess(name, 'SIGTERM');
  // Another program's answer on this port must not pass for ours.
  if (await isListening(port)) throw new Error(`port ${port} is in use by another program: choose another one`);
  if (!foreign) {
    // With the cluster's processes, but with the host's network.
    await ensureProcess(name, argv, { network: false });
  } else {
    fs.mkdirSync(inRun(), { recursive: true });
    // The user's own environment: their kubeconfig may need it to log in.
    const options = { logTo: inRun(`${name}.log`), env: process.env };
    recordProcess(name, spawnDetached(name, argv, options), argv);
  }
}

/**
 * Makes services reachable on `localhost` until the cluster stops, whatever
 * happens to their pods. The service need not exist yet.
 *
 * @param forwards - what to forward
 * @param log - receives the progress
 * @param foreign - the cluster to forward to. @default - the local one
 */
export async function ensureForwards(forwards: readonly Forward[], log: Log, foreign?: ForeignCluster): Promise<void> {
  for (const forward of forwards) {
    const name = processName(forward.port);
    await start(name, forward.port, command(forward, foreign), foreign !== undefined);
    if (foreign !== undefined) continue; // kubectl listens once a pod is ready
    const missing = async (): Promise<string | undefined> => {
      if (liveProcess(name) === undefined) throw new Error(`${name} ended: ${lastWords(name, 1)}`);
      return (await isListening(forward.port)) ? undefined : 'not listening yet';
    };
    await waitAloud({ what: `http://localhost:${forward.port}`, missing, timeout: 10, log });
  }
}

/** Ends all forwards; a stop of the cluster does so as well. */
export async function stopForwards(): Promise<void> {
  for (const name of recordedProcesses()) {
    if (name.startsWith(processName(0).slice(0, -1))) await killProcess(name, 'SIGTERM');
  }
  forgetEndedProcesses();
}
