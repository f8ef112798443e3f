/**
 * Given pods that write a thousand numbered lines a second, whatever happens to the stack and its node, Loki has every line
 * in the end. What it has twice is counted by itself. `make soak` is the same at full length.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { currentCluster } from '../../local';
import type { LokiClient } from '../../local/loki-client';
import { e2eConfig, gatewayClient, log, targetOf } from '../e2e/cluster';
import { writeSoakSection } from '../support/soak-page';
import { Books, CALM, SENT_AGAIN } from './books';
import * as faults from './faults';
import type { Account } from './ledger';
import { profile } from './profile';
import { durabilitySection } from './report';
import { LINES_PER_SECOND, removeWriters } from './writers';

/** Lines that are read again after an agent was killed: those since its positions were written down. */
const SYNC_SECONDS = 30;
const LINES_PER_BATCH = 3500;

const config = e2eConfig();
const { logging, agents } = config.namespaces;
let books: Books;
let scene: faults.Scene;
let loki: LokiClient;

beforeAll(async () => {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster does not run');
  scene = { target: targetOf(cluster), config };
  loki = gatewayClient('grafana');
  books = new Books({ target: scene.target, loki, catchUpSeconds: profile.catchUpSeconds });
  await books.open();
});

afterAll(() => removeWriters(scene.target));

const endsAgent = (name: string): boolean => /^(agent killed|node)/.test(name);

const disturbed = (name: string, disturb: () => Promise<unknown>, lead?: number): Promise<void> =>
  books.during(name, disturb, lead);

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

  beforeAll(async () => {
    const settlement = await books.close();
    ({ byWindow, bySource } = settlement);
    if (process.env['SOAK'] !== undefined) writeSoakSection('Durability', durabilitySection(settlement.report));
  }, 1_800_000);

  test('the load was about what it should be, and every source took part', () => {
    const calm = byWindow.find(({ name }) => name === CALM);
    const rate = (calm?.written ?? 0) / (calm?.seconds ?? Infinity);
    log(`${Math.round(rate)} lines/s while nothing happened`);
    expect(rate).toBeGreaterThan(LINES_PER_SECOND / 2);
    expect(bySource.filter(({ written }) => written === 0)).toEqual([]);
  });

  test('no line is lost, of no source, whatever its clock says; an agent killed at any moment may lose a batch', () => {
    const kills = books.windows.filter(({ name }) => profile.killsAnyTime && endsAgent(name)).length;
    expect(byWindow.filter(({ name, lost }) => lost > 0 && !(profile.killsAnyTime && endsAgent(name)))).toEqual([]);
    expect(bySource.reduce((sum, { lost }) => sum + lost, 0)).toBeLessThanOrEqual(kills * LINES_PER_BATCH);
  });

  test('nothing is there twice but what an agent read again, or sent again because the answer was lost', () => {
    const bound = (name: string): number => (endsAgent(name) ? 1.5 * SYNC_SECONDS * LINES_PER_SECOND : SENT_AGAIN);
    expect(byWindow.filter(({ name, twice }) => twice > bound(name))).toEqual([]);
    expect(byWindow.find(({ name }) => name === CALM)?.twice).toBe(0);
  });
});
