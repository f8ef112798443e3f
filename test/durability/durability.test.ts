/**
 * Given pods that write a thousand numbered lines a second, whatever happens to the stack and its node, Loki has every line
 * in the end, from either agent: Promtail is the stack's, and the Collector beside it sends the same lines as another tenant.
 * What it has twice is counted by itself. `make soak` is the same at full length.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { e2eConfig, gatewayClient, log, SECOND_TENANT, runningCluster } from '../e2e/cluster';
import { writeSoakSection } from '../support/soak-page';
import { startSecondAgent } from '../e2e/second-agent';
import { AGENT_NAMES, AGENTS, SYNC_SECONDS } from './agents';
import { type AgentAccount, Books, CALM } from './books';
import * as faults from './faults';
import { profile } from './profile';
import { durabilitySection } from './report';
import { LINES_PER_SECOND, removeWriters } from './writers';

const config = e2eConfig();
const { logging } = config.namespaces;
let books: Books;
let scene: faults.Scene;

beforeAll(async () => {
  scene = { target: runningCluster().target, config };
  await startSecondAgent(scene.target, config);
  const readers = { promtail: gatewayClient('grafana'), collector: gatewayClient(SECOND_TENANT.read[0]) };
  books = new Books({ target: scene.target, readers, catchUpSeconds: profile.catchUpSeconds });
  await books.open();
});

afterAll(() => removeWriters(scene.target));

const endsAgents = (name: string): boolean => /^(agents killed|node)/.test(name);

const disturbed = (name: string, disturb: () => Promise<unknown>, lead?: number): Promise<void> =>
  books.during(name, disturb, lead);

describe.each(Array.from({ length: profile.rounds }, (_, round) => round + 1))('given this load, round %d', () => {
  test('when Loki’s pod is deleted, then it comes back', () =>
    disturbed('Loki’s pod deleted', () => faults.deleteLoki(scene)));

  test('when Loki is killed, then it comes back', () =>
    disturbed('Loki killed (-9)', () => faults.killProcess(scene, 'loki')));

  test('when Loki has used up its memory, then the kernel kills it and it comes back', () =>
    disturbed('Loki out of memory', async () => {
      expect(await faults.exhaustMemory(scene, gatewayClient('grafana'))).toBe('OOMKilled');
    }));

  test('when the gateway is restarted, then it is ready again', () =>
    disturbed('gateway restarted', () => faults.restart(scene, logging, 'deployment/gateway')));

  test('when the agents are restarted, then they are ready again', () =>
    disturbed('agents restarted', () =>
      Promise.all(AGENT_NAMES.map((agent) => faults.restart(scene, config.namespaces.agents, `daemonset/${agent}`))),
    ));

  test('when the agents are killed, then they come back', () =>
    disturbed(
      'agents killed (-9)',
      async () => {
        await faults.awayFromSave(scene);
        await Promise.all(AGENT_NAMES.map((agent) => faults.killProcess(scene, agent)));
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

describe('then, when the writers have ended and the agents have caught up,', () => {
  let accountOf: (agent: string) => AgentAccount;
  beforeAll(async () => {
    accountOf = await books.close();
    if (process.env['SOAK'] !== undefined)
      writeSoakSection(
        'Durability',
        durabilitySection(Object.fromEntries(AGENT_NAMES.map((agent) => [agent, accountOf(agent).report]))),
      );
  }, 1_800_000);

  describe.each(AGENT_NAMES)('of what %s has sent,', (agent) => {
    const bounds = AGENTS[agent];
    const mayLose = (name: string): boolean => bounds.lostByKill > 0 && profile.killsAnyTime && endsAgents(name);

    test('the load was about what it should be, and every source took part', () => {
      const { byWindow, bySource } = accountOf(agent);
      const calm = byWindow.find(({ name }) => name === CALM);
      const rate = (calm?.written ?? 0) / (calm?.seconds ?? Infinity);
      log(`${Math.round(rate)} lines/s while nothing happened`);
      expect(rate).toBeGreaterThan(LINES_PER_SECOND / 2);
      expect(bySource.filter(({ written }) => written === 0)).toEqual([]);
    });

    test('no line is lost, of no source, whatever its clock says; a Promtail killed at any moment may lose a batch', () => {
      const { byWindow, bySource } = accountOf(agent);
      expect(byWindow.filter(({ name, lost }) => lost > 0 && !mayLose(name))).toEqual([]);
      const kills = books.windows.filter(({ name }) => mayLose(name)).length;
      expect(bySource.reduce((sum, { lost }) => sum + lost, 0)).toBeLessThanOrEqual(kills * bounds.lostByKill);
    });

    test('nothing is there twice but what it read again, or sent again because the answer was lost', () => {
      const { byWindow } = accountOf(agent);
      const bound = (name: string): number => (endsAgents(name) ? bounds.twiceByKill : bounds.twice);
      expect(byWindow.filter(({ name, twice }) => twice > bound(name))).toEqual([]);
      expect(byWindow.find(({ name }) => name === CALM)?.twice).toBe(0);
    });
  });
});
