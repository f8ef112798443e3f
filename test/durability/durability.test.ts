/**
 * Given pods that write a thousand numbered lines a second, whatever happens to the stack and its node, Loki has every line
 * in the end. What it has twice is counted by itself. `make soak` is the same at full length.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentCluster } from '../../local';
import type { LokiClient } from '../../local/loki-client';
import { e2eConfig, eventually, gatewayClient, log, projectRoot, targetOf } from '../e2e/cluster';
import * as faults from './faults';
import { type Account, lastLinesMissing, settle, type Window } from './ledger';
import { profile } from './profile';
import { soakPage, table } from './report';
import { removeWriters, SOURCES, startWriters, stopWriters, writtenRuns } from './writers';

/** Lines that are read again after an agent was killed: those since its positions were written down. */
const SYNC_SECONDS = 30;
const LINES_PER_SECOND = 1000;
const LINES_PER_BATCH = 3500;

const config = e2eConfig();
const { logging, agents } = config.namespaces;
const windows: Window[] = [];
let scene: faults.Scene;
let loki: LokiClient;
let began: Date;

beforeAll(async () => {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster does not run');
  scene = { target: targetOf(cluster), config };
  loki = gatewayClient('grafana');
  // The oldest clock is two hours behind; such a line keeps the time at which it was written.
  began = new Date(Date.now() - 60 * 60_000);
  log(`starting pods that write ${LINES_PER_SECOND} lines/s`);
  await startWriters(scene.target);
  await disturbed('nothing', () => sleep(10_000));
});

afterAll(() => removeWriters(scene.target));

const endsAgent = (name: string): boolean => /^(agent killed|node)/.test(name);

/** The sources at full rate; their clocks are right. */
const FAST = SOURCES.filter(({ ahead }) => ahead === undefined).map(({ name }) => name);

/** Of how many of the fast sources Loki has lines of these seconds. */
async function sourcesCaughtUp(): Promise<number> {
  const recent = await Promise.all(FAST.map((source) => loki.count(`{app="durability"} |= "s=${source} "`, '5s')));
  return recent.filter((lines) => lines > 0).length;
}

/** Does it, and waits until the agent has caught up; the lines of that time are its own. */
async function disturbed(name: string, disturb: () => Promise<unknown>, lead = 0): Promise<void> {
  const from = new Date();
  await sleep(lead * 1000);
  log(name);
  await disturb();
  await sleep(3000);
  const caughtUp = await eventually(
    () => sourcesCaughtUp().catch(() => 0), // the gateway may be a moment behind its own readiness
    (count) => count === FAST.length,
    profile.catchUpSeconds,
  );
  if (caughtUp < FAST.length) throw new Error(`${name}: the agent has not caught up after ${profile.catchUpSeconds} s`);
  windows.push({ name, from, to: new Date() });
}

describe.each(Array.from({ length: profile.rounds }, (_, round) => round + 1))('given this load, round %d', () => {
  test('when Loki’s pod is deleted, then it comes back', () =>
    disturbed('Loki’s pod deleted', () => faults.deleteLoki(scene)));

  test('when Loki is killed, then it comes back', () =>
    disturbed('Loki killed (-9)', () => faults.killProcess(scene, 'loki')));

  test('when Loki has used up its memory, then the kernel kills it and it comes back', () =>
    disturbed('Loki out of memory', async () => {
      expect(await faults.exhaustMemory(scene, loki)).toBe('OOMKilled');
    }));

  test('when the gateway is restarted, then it is ready again', () =>
    disturbed('gateway restarted', () => faults.restart(scene, logging, 'deployment/gateway')));

  test('when the agent is restarted, then it is ready again', () =>
    disturbed('agent restarted', () => faults.restart(scene, agents, 'daemonset/promtail')));

  test('when the agent is killed, then it comes back', () =>
    disturbed(
      'agent killed (-9)',
      async () => {
        await faults.awayFromSave(scene);
        await faults.killProcess(scene, 'promtail');
      },
      SYNC_SECONDS,
    ));

  test('when the kubelet is killed, then it comes back', () =>
    disturbed('kubelet killed (-9)', () => faults.killOnNode(scene, 'kubelet')));

  test('when containerd is killed, then it comes back', () =>
    disturbed('containerd killed (-9)', () => faults.killOnNode(scene, 'containerd')));
});

describe('given this load, once', () => {
  test('when the config changes, then Loki is rolled', () =>
    disturbed('config rolled out', () => faults.rollOut(scene, { limits: { maxStreams: 9000 } })));

  test(
    'when Loki is away for long, then it comes back',
    async () => {
      await disturbed(`Loki away for ${profile.awaySeconds} s`, () => faults.takeLokiAway(scene, profile.awaySeconds));
      // What the agent has caught up with, it would read again if it were killed before its positions are written down.
      await sleep(SYNC_SECONDS * 1000);
    },
    (profile.awaySeconds + profile.catchUpSeconds + 300) * 1000,
  );

  test('when every process of the node is killed, then all of it comes back', () =>
    disturbed(
      'node rebooted',
      async () => {
        await faults.awayFromSave(scene);
        await faults.rebootNode(scene);
      },
      SYNC_SECONDS,
    ));
});

describe('then, when the writers have ended and the agent has caught up,', () => {
  let byWindow: readonly Account[];
  let bySource: readonly Account[];
  let byRuntime: number;

  beforeAll(async () => {
    await stopWriters(scene.target);
    const runs = await writtenRuns(scene.target);
    log('waiting for the last line of every writer');
    const missing = await eventually(
      () => lastLinesMissing(loki, runs, began),
      (left) => left.length === 0,
      profile.catchUpSeconds,
    );
    if (missing.length > 0) log(`still missing: ${missing.join(', ')}`);
    log('reading all of it');
    ({ byWindow, bySource, byRuntime } = await settle(loki, runs, windows, began));
    const report = table(byWindow, bySource, byRuntime);
    log(`what was written and what Loki has of it\n\n${report}`);
    if (process.env['SOAK'] !== undefined) writeFileSync(join(projectRoot, 'docs', 'soak.md'), soakPage(report));
  }, 1_800_000);

  test('the load was about what it should be, and every source took part', () => {
    const calm = byWindow.find(({ name }) => name === 'nothing');
    const rate = (calm?.written ?? 0) / (calm?.seconds ?? Infinity);
    log(`${Math.round(rate)} lines/s while nothing happened`);
    expect(rate).toBeGreaterThan(LINES_PER_SECOND / 2);
    expect(bySource.filter(({ written }) => written === 0)).toEqual([]);
  });

  test('no line is lost, of no source, whatever its clock says; an agent killed at any moment may lose a batch', () => {
    const kills = windows.filter(({ name }) => profile.killsAnyTime && endsAgent(name)).length;
    expect(byWindow.filter(({ name, lost }) => lost > 0 && !(profile.killsAnyTime && endsAgent(name)))).toEqual([]);
    expect(bySource.reduce((sum, { lost }) => sum + lost, 0)).toBeLessThanOrEqual(kills * LINES_PER_BATCH);
  });

  test('nothing is there twice but what an agent read again, or sent again because the answer was lost', () => {
    const bound = (name: string): number =>
      endsAgent(name) ? 1.5 * SYNC_SECONDS * LINES_PER_SECOND : 5 * LINES_PER_SECOND;
    expect(byWindow.filter(({ name, twice }) => twice > bound(name))).toEqual([]);
    expect(byWindow.find(({ name }) => name === 'nothing')?.twice).toBe(0);
  });
});
