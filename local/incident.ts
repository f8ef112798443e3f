/** `make incident`: some bad minutes for the example backend, and what came of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { columns } from '../src/operations/columns';
import { EXIT, type ExitCode } from '../src/operations/command';
import type { Message } from './alert-receiver';
import type { Log } from './shell';

/** What a fault is noticed by: an alert, and a panel of the dashboard of logs, `row › panel`. */
export interface Sign {
  /** Of `FAULTS` in examples/backend/incident.ts. */
  readonly fault: string;
  readonly alert: string;
  readonly panel: string;
}

export const SIGNS: readonly Sign[] = [
  { fault: 'failed logins', alert: 'FailedLoginsByUser', panel: 'Security › Failed Logins by User' },
  { fault: 'failed logins', alert: 'FailedLoginsByAddress', panel: 'Security › Failed Logins by Address' },
  { fault: 'a dead database', alert: 'DatabaseConnectionFailures', panel: 'Error Logs' },
  { fault: 'slow queries', alert: 'SlowQueries', panel: 'Backend › Slow Queries' },
  { fault: 'a burst of errors', alert: 'HighErrorRate', panel: 'Backend › Errors per Second' },
];

/** The slowest alert takes eight minutes: two until the mean is above its threshold, five that it has to last, one to be evaluated. */
export const LONGEST_SECONDS = 720;
const POLL_MS = 5_000;
/** How often somebody who waits hears that it goes on. */
const QUIET_SECONDS = 30;

/** What the incident does to a cluster, and what it looks at there. */
export interface Scene {
  readonly begin: () => Promise<void>;
  /** Alerts that fire, by name, and since when. */
  readonly firing: () => Promise<ReadonlyMap<string, number>>;
  readonly told: () => Promise<readonly Message[]>;
  readonly end: () => Promise<void>;
}

/** One line of the table. An alert that nobody waited for has no fault and no panel. */
export interface Outcome extends Partial<Sign> {
  readonly alert: string;
  /** Seconds after the start. */
  readonly fired: number | undefined;
  readonly told: number | undefined;
}

/**
 * Makes an incident, and waits until every sign of it was told, the time is over, or `signal` aborts. The faults end in any case.
 *
 * @throws Error where alerts of an incident before still fire: whoever was told is not told again
 */
export async function incident(
  scene: Scene,
  log: Log,
  signal: AbortSignal,
  { seconds = LONGEST_SECONDS, poll = POLL_MS } = {},
): Promise<readonly Outcome[]> {
  const before = [...(await scene.firing()).keys()].filter((name) => SIGNS.some(({ alert }) => alert === name));
  if (before.length > 0)
    throw new Error(`${before.join(', ')} still fire from before; they end about ten minutes after an incident`);
  const began = Date.now();
  const elapsed = (since = Date.now()): number => Math.round((since - began) / 1000);
  const fired = new Map<string, number>();
  const told = new Map<string, number>();
  let quietSince = began;
  const tell = (line: string): void => {
    quietSince = Date.now();
    log(line);
  };
  const missing = (): readonly string[] => SIGNS.map(({ alert }) => alert).filter((alert) => !told.has(alert));
  try {
    await scene.begin();
    tell(`begun: ${[...new Set(SIGNS.map(({ fault }) => fault))].join(', ')}; ctrl-c ends it`);
    while (!signal.aborted && elapsed() < seconds && missing().length > 0) {
      for (const [name, since] of await scene.firing()) {
        if (fired.has(name)) continue;
        fired.set(name, elapsed(since));
        tell(`${name} fires`);
      }
      for (const { receivedAt, groupLabels } of await scene.told()) {
        const { alertname: name = '' } = groupLabels;
        if (receivedAt < began || told.has(name)) continue;
        told.set(name, elapsed(receivedAt));
        tell(`the receiver was told of ${name}`);
      }
      if (Date.now() - quietSince > QUIET_SECONDS * 1000) tell(`waiting for ${missing().join(', ')}`);
      await sleep(poll, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await scene.end();
    log('ended: the faults are over');
  }
  const others = [...fired.keys()].filter((name) => SIGNS.every(({ alert }) => alert !== name));
  return [...SIGNS, ...others.map((alert) => ({ alert }))].map((sign) => ({
    ...sign,
    fired: fired.get(sign.alert),
    told: told.get(sign.alert),
  }));
}

/** How the command ends: well, when everything was noticed. */
export function exitOf(outcomes: readonly Outcome[]): ExitCode {
  const signs = outcomes.filter(({ fault }) => fault !== undefined);
  return signs.every(({ fired, told }) => fired !== undefined && told !== undefined) ? EXIT.good : EXIT.bad;
}

/** What came of it, for a person. */
export function incidentTable(outcomes: readonly Outcome[]): string {
  const after = (seconds: number | undefined, none: string): string => (seconds === undefined ? none : `${seconds} s`);
  return columns([
    ['fault', 'alert', 'fired after', 'receiver told after', 'panel'],
    ...outcomes.map(({ fault = '(follows)', alert, fired, told, panel = '' }) => [
      fault,
      alert,
      after(fired, 'did not fire'),
      after(told, 'not told'),
      panel,
    ]),
  ]).join('\n');
}
