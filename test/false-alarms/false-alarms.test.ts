/**
 * Given the stack with its default rules, thresholds and intervals, and a normal day's traffic of all sources, nobody is
 * told of anything; when faults follow, somebody is. `make soak` watches for an hour.
 */
import { kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import { JOBS, LABELS, LEVELS } from '../../src/log-model';
import { receivedMessages } from '../e2e/alert-receiver';
import { lastWithin } from '../../programs/wait';
import { gatewayClient, log, runningCluster } from '../e2e/cluster';
import { SOURCES, startNormalTraffic, startSources } from '../e2e/source-pods';
import { writeSoakSection } from '../support/soak-page';
import { FAULTS, startFaults, TOLD_WITHIN } from './faults';
import { calmMinutes } from './profile';
import { falseAlarmTables, type JobLines, type Told } from './report';
import { calmConfig } from './stack';
import { type Account, Watch } from './watch';

const config = calmConfig();
const { logging } = config.namespaces;
let target: Target;
let watch: Watch;
let lines: Account;
let metrics: Account;
let messages: number;
let jobs: readonly JobLines[];
let told: readonly Told[] = [];

const fired = ({ sightings }: Account): readonly string[] =>
  sightings.filter(({ state }) => state === 'firing').map(({ alert }) => alert);

beforeAll(async () => {
  const running = runningCluster();
  target = running.target;
  for (const workload of ['statefulset/prometheus', 'deployment/canary', 'deployment/grafana'])
    await waitForRollout(target, logging, workload, 180);
  await startSources(running.cluster, target, config);
  await startNormalTraffic(target);
});

afterAll(() => {
  if (told.length === 0) return; // it did not come to an end
  const tables = falseAlarmTables({ minutes: calmMinutes, lines, metrics, messages, jobs, told });
  log(`what was watched\n\n${tables}`);
  if (process.env['SOAK'] !== undefined) writeSoakSection('False alarms', `${INTRODUCTION}\n\n${tables}`);
});

const INTRODUCTION = `Default rules, thresholds and intervals, and a normal day's traffic of all sources, with the failures that such a day has:
test/sources/normal-traffic, beside the example backend's own requests. The agent is the Collector. In Grafana's place is a program that answers its probes and has metrics. Three of the rules look further
back than an hour, and so have nothing to compare with: ErrorRateAboveHourBefore, ErrorRateAboveDayBefore and SourceSilent.`;

describe('given normal traffic', () => {
  beforeAll(
    async () => {
      log(`watching normal traffic for ${calmMinutes} min`);
      const began = new Date();
      watch = new Watch(target, config);
      await watch.during(calmMinutes);
      [lines, metrics] = [await watch.lines(), await watch.metrics()];
      messages = (await receivedMessages(target)).length;
      const loki = gatewayClient('grafana');
      jobs = await Promise.all(
        Object.values(JOBS).map(async (job) => ({
          job,
          byLevel: await loki.countBy(
            LABELS.level,
            `{${LABELS.namespace}="${SOURCES}", ${LABELS.job}="${job}"}`,
            began,
            new Date(),
          ),
        })),
      );
    },
    (calmMinutes + 5) * 60_000,
  );

  test('then no alert from lines has fired', () => {
    expect(fired(lines)).toEqual([]);
  });

  test('and no alert from metrics', () => {
    expect(fired(metrics)).toEqual([]);
  });

  test('and nobody was told of anything', async () => {
    expect((await receivedMessages(target)).map(({ groupLabels }) => groupLabels)).toEqual([]);
  });

  test('although every rule was evaluated all the time', () => {
    expect(watch.longestGapSeconds).toBeLessThan(60);
    expect(watch.unhealthyRules).toEqual([]);
    expect(lines.failures + metrics.failures).toBe(0);
    expect(lines.evaluations).toBeGreaterThanOrEqual(lines.rules * (calmMinutes - 1));
    expect(metrics.evaluations).toBeGreaterThanOrEqual(metrics.rules * (calmMinutes - 1) * 2);
  });

  test('and every job wrote, and some of it was no success', () => {
    expect(jobs.filter(({ byLevel }) => byLevel.size === 0)).toEqual([]);
    const errors = jobs.reduce((sum, { byLevel }) => sum + (byLevel.get(LEVELS[0]) ?? 0), 0);
    expect(errors).toBeGreaterThan(calmMinutes);
  });

  test('and none of the pods was restarted, or has ended', async () => {
    const path = '{range .items[*].status.containerStatuses[*]}{.name} {.restartCount} {.ready}{"\\n"}{end}';
    const pods = await kubectl(target, ['-n', SOURCES, 'get', 'pods', '-o', `jsonpath=${path}`]);
    const containers = pods.trim().split('\n');
    expect(containers).toHaveLength(8);
    expect(containers.filter((container) => !container.endsWith(' 0 true'))).toEqual([]);
  });
});

describe('when faults follow', () => {
  beforeAll(async () => {
    const began = Date.now();
    const end = await startFaults(target);
    const accountOf = async (): Promise<readonly Told[]> => {
      const all = await receivedMessages(target);
      return FAULTS.map(({ fault, alert }) => {
        const first = all.find(({ groupLabels }) => groupLabels['alertname'] === alert);
        return { fault, alert, seconds: first && (first.receivedAt - began) / 1000 };
      });
    };
    told = await lastWithin(accountOf, (each) => each.every(({ seconds }) => seconds !== undefined), TOLD_WITHIN);
    end();
  });

  test.each(FAULTS)('then of $alert the receiver is told in time', ({ alert }) => {
    const seconds = told.find((each) => each.alert === alert)?.seconds;
    expect(seconds).toBeLessThan(TOLD_WITHIN);
  });
});
