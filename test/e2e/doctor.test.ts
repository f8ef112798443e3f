/** Given the running stack; when one link of the chain is broken, then doctor names that link first, status is not green, and the right alert fires. */
import { runInside } from '../../local/namespace';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import type { StackConfig } from '../../src/config';
import type { Asked } from '../../src/operations/doctor/pod';
import { examine } from '../../src/operations/doctor/examine';
import type { Report } from '../../src/operations/doctor/finding';
import { formatReport } from '../../src/operations/doctor/format';
import { collect } from '../../src/operations/observe/collect';
import { lokiRules } from '../../src/operations/observe/expected';
import { type Status, statusOf } from '../../src/operations/status/status';
import { secretManifests } from '../../charts/secret-manifests';
import { type Breakage, BREAKS, type Broken, type ExpectedAlert } from '../support/breaks';
import { eventually } from '../../programs/wait';
import {
  APPS,
  credential,
  e2eConfig,
  gatewayPort,
  log,
  restoreStack,
  secretValues,
  SILENT_JOB,
  startWriter,
  waitForStack,
} from './cluster';
import { fastObjects } from './fast-alerts';
import { type Firing, firingInLoki, firingInPrometheus } from './firing';
import { pushStatus } from './pusher';

const config = e2eConfig();
const { logging, agents } = config.namespaces;
const TORN = '/var/log/e2e-doctor';
const pod: Asked = { pod: { namespace: APPS, name: SILENT_JOB } };
let target: Target;

const expected = fastObjects(config);

const inNamespace = (namespace: string, ...args: readonly string[]): Promise<string> =>
  kubectl(target, ['-n', namespace, ...args]);

async function doctor(stack = config, asked?: Asked): Promise<Report> {
  const report = await examine(target, 'e2e', stack, fastObjects(stack), asked);
  if (report.verdict === 'unknown')
    report.unchecked.forEach(({ link, why }) => log(`doctor did not see ${link}: ${why}`));
  return report;
}

async function status(): Promise<Status> {
  return statusOf('e2e', config, expected, await collect(target, config, expected, { interval: 1, logs: false }));
}

/** What is not as it should be. */
const notOk = (report: Report): string => formatReport(report, false);

const since = (began: number): string => `${((Date.now() - began) / 1000).toFixed(1)} s`;

/** Why something is not as it should be, alerts aside. */
function reasons(seen: Status): readonly string[] {
  return Object.values({ ...seen, alerts: [] })
    .flat()
    .flatMap((part) => (typeof part === 'object' && part.verdict !== 'ok' ? part.why : []));
}

async function expectGreen(): Promise<void> {
  await eventually(
    status,
    (now) => reasons(now).length === 0,
    120,
    (seen) => reasons(seen).join('; '),
  );
  await eventually(doctor, ({ verdict }) => verdict === 'ok', 120, notOk);
}

async function expectLink(link: string, seen: RegExp, ask: () => Promise<Report> = doctor): Promise<void> {
  const named = ({ likelyCause }: Report): boolean => likelyCause?.link === link && seen.test(likelyCause.seen);
  const began = Date.now();
  const report = await eventually(ask, named, 120, notOk);
  log(`doctor named ${link} after ${since(began)}`);
  expect(report.verdict).toBe('bad');
  expect(report.likelyCause?.todo).not.toEqual([]);
}

const scale = (workload: string, replicas: number): Promise<string> =>
  inNamespace(logging, 'scale', workload, `--replicas=${replicas}`);

/** Scaled away, and back. */
const scaledAway = (workload: string): Action => ({
  make: () => scale(workload, 0),
  mend: async () => {
    await scale(workload, 1);
    await waitForRollout(target, logging, workload, 90);
  },
});

const apply = (stack: StackConfig): Promise<void> => applyObjects(target, fastObjects(stack));

const isOf = (expectedOne: ExpectedAlert, { name, labels }: Firing): boolean =>
  name === expectedOne.name && Object.entries(expectedOne.labels).every(([key, value]) => labels[key] === value);

/** All that fire, by those who evaluate them; of one that does not answer, as after a restart, that. */
async function firing(): Promise<readonly Firing[]> {
  const answers = [firingInPrometheus(target, config), firingInLoki()].map((answer) =>
    answer.catch((error: unknown) => [{ name: String(error), labels: {} }]),
  );
  return (await Promise.all(answers)).flat();
}

const missingOf = (alerts: readonly ExpectedAlert[], seen: readonly Firing[]): readonly ExpectedAlert[] =>
  alerts.filter((alert) => !seen.some((one) => isOf(alert, one)));

/** Alerts that Loki's ruler evaluates. */
const OF_LINES: readonly string[] = ['SourceSilent', 'RulerRulesUnreadable'];

/** Asks those who evaluate these alerts alone: Prometheus is asked while Loki is away. */
async function expectAlerts(alerts: readonly ExpectedAlert[], accept: 'all' | 'none', began: number): Promise<void> {
  if (alerts.length === 0) return;
  const ask = (): Promise<readonly Firing[]> =>
    alerts.some(({ name }) => OF_LINES.includes(name)) ? firingInLoki() : firingInPrometheus(target, config);
  const wanted = accept === 'all' ? [] : alerts;
  await eventually(
    ask,
    (now) => missingOf(alerts, now).length === wanted.length,
    150,
    (seen) => `firing: ${JSON.stringify(seen)}`,
  );
  if (accept === 'all')
    log(`${alerts.map(({ name }) => name).join(', ')}: firing ${since(began)} after the break was begun`);
}

/** That status is not green, and shows the alerts. */
async function expectInStatus(link: string, alerts: readonly ExpectedAlert[], began: number): Promise<void> {
  if (alerts.length === 0 && UNSEEN.includes(link)) return;
  await expectAlerts(alerts, 'all', began);
  const isRed = (now: Status): boolean => UNSEEN.includes(link) || reasons(now).length > 0;
  const unseen = ({ alerts: shown }: Status): readonly string[] =>
    alerts.map(({ name }) => name).filter((name) => shown?.firing.some((one) => one.name === name) !== true);
  const seen = await eventually(status, (now) => isRed(now) && unseen(now).length === 0, 30);
  expect({ isRed: isRed(seen), unseen: unseen(seen) }).toEqual({ isRed: true, unseen: [] });
}

interface Action {
  /** Whether it is broken when its turn comes. */
  readonly isAlready?: true;
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  /** Of which stack, and which pod, doctor is asked. @default - the stack of all tests */
  readonly ask?: () => Promise<Report>;
}

const [ruleMap = ''] = lokiRules(expected).configMaps;
let pushing: NodeJS.Timeout | undefined;
const nothing = (): Promise<void> => Promise.resolve();

const ACTIONS: Readonly<Record<Broken, Action>> = {
  // One roll-out of the agent for this break and the next.
  'a pod’s namespace is in `agent.excludeNamespaces`': {
    make: async () => {
      const tearing = `echo line > ${TORN}/app.log && chown 1234 ${TORN}/app.log && chmod 0600 ${TORN}/app.log`;
      await runInside(['mkdir', '-p', TORN]);
      await runInside(['sh', '-c', tearing]);
      await apply(EXCLUDING);
      await waitForStack(target, config);
    },
    mend: nothing,
    ask: () => doctor(EXCLUDING, pod),
  },
  'a log file may not be read': {
    isAlready: true,
    make: nothing,
    // The next break takes the agent away: nobody waits for this one.
    mend: async () => {
      await runInside(['rm', '-rf', TORN]);
      await apply(config);
    },
    ask: () => doctor(EXCLUDING),
  },
  'the agent is kept away from its node': {
    make: () =>
      inNamespace(
        agents,
        'patch',
        'daemonset/promtail',
        '-p',
        '{"spec":{"template":{"spec":{"nodeSelector":{"e2e":"nowhere"}}}}}',
      ),
    mend: async () => {
      const remove = '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]';
      await inNamespace(agents, 'patch', 'daemonset/promtail', '--type=json', '-p', remove);
      await waitForRollout(target, agents, 'daemonset/promtail', 90);
    },
  },
  'the agent’s password is another one': {
    make: () =>
      inNamespace(agents, 'patch', 'secret/gateway-credential-promtail', '-p', '{"stringData":{"password":"wrong"}}'),
    // The kubelet would take a while to give a running agent its old password back.
    mend: async () => {
      await applyObjects(target, secretManifests(config, secretValues()));
      await inNamespace(agents, 'rollout', 'restart', 'daemonset/promtail');
      await waitForRollout(target, agents, 'daemonset/promtail', 90);
    },
  },
  'the gateway is scaled away': scaledAway('deployment/gateway'),
  'a NetworkPolicy is deleted': {
    make: () => inNamespace(logging, 'delete', 'networkpolicy/gateway'),
    mend: () => applyObjects(target, expected),
  },
  'a file of rules is torn': {
    make: () => inNamespace(logging, 'patch', `configmap/${ruleMap}`, '-p', '{"data":{"torn.yaml":"groups: ["}}'),
    mend: () => inNamespace(logging, 'patch', `configmap/${ruleMap}`, '-p', '{"data":{"torn.yaml":null}}'),
  },
  'Loki’s overrides are torn': {
    make: () =>
      inNamespace(logging, 'patch', 'configmap/loki-config', '-p', '{"data":{"overrides.yaml":"overrides: ["}}'),
    mend: () => apply(config),
  },
  'the canary is scaled away': scaledAway('deployment/canary'),
  'Alertmanager is scaled away': scaledAway('statefulset/alertmanager'),
  'Prometheus is scaled away': scaledAway('statefulset/prometheus'),
  'Loki is scaled away': {
    make: () => scale('statefulset/loki', 0),
    // It comes back with the limits of the break after this one.
    mend: async () => {
      await apply(TINY);
      await waitForStack(target, config);
    },
  },
  'there are more streams than `limits.maxStreams`': {
    isAlready: true,
    // Loki knows streams of before from its log of writes, and takes them: only new ones are too many.
    make: () => {
      let count = 0;
      pushing = setInterval(() => {
        count += 1;
        const one = { port: gatewayPort(), job: `doctor-stream-${count}`, credential: credential('promtail') };
        // Refused, which is what is wanted, or not even answered.
        void pushStatus(one, 'one too many').catch(() => undefined);
      }, 300);
      return Promise.resolve();
    },
    mend: async () => {
      clearInterval(pushing);
      await apply(config);
      await waitForStack(target, config);
    },
    ask: () => doctor(TINY),
  },
  'Grafana is scaled away': scaledAway('deployment/grafana'),
};

/** Fewer streams than there are pods. Nothing of the agent's: one that is rolled now would wait for its last batch to be taken. */
const TINY = e2eConfig({ limits: { maxStreams: 1 } });
/** Leaves the writer's namespace out, and reads a folder with a file that it may not. */
const EXCLUDING = e2eConfig({
  agent: {
    excludeNamespaces: [APPS],
    files: [{ name: 'torn', job: 'torn', directory: TORN }],
  },
});
/** What status does not show but by an alert: such a policy cuts nothing here, and the rest is noticed later, or has its alert. */
const UNSEEN: readonly string[] = ['pod', 'files', 'network', 'secrets', 'rules', 'limits'];

beforeAll(async () => {
  target = await restoreStack(config);
  const script =
    'i=0; while true; do i=$((i+1)); echo "{\\"level\\":\\"info\\",\\"message\\":\\"line $i\\"}"; sleep 0.02; done';
  await startWriter(target, SILENT_JOB, script);
});

afterAll(async () => {
  await inNamespace(APPS, 'delete', 'pod', SILENT_JOB, '--ignore-not-found', '--wait=false');
  await runInside(['rm', '-rf', TORN]);
  await restoreStack(config);
});

test('when nothing is broken, then status is green, so is doctor, and no alert fires', async () => {
  await expectGreen();
  expect(await eventually(firing, ({ length }) => length === 0, 120)).toEqual([]);
  const ofWriter = ({ jobs }: Status): boolean => jobs.jobs.some(({ job }) => job === SILENT_JOB);
  const linesPerSecond = ({ ingest }: Status): number => ingest.linesPerSecond ?? 0;
  const seen = await eventually(
    status,
    (now) => reasons(now).length === 0 && ofWriter(now) && linesPerSecond(now) > 10,
    30,
  );
  expect(reasons(seen)).toEqual([]);
  expect(seen.jobs.jobs.map(({ job }) => job)).toContain(SILENT_JOB);
  expect(seen.loki.version).toMatch(/^3\./);
  expect(linesPerSecond(seen)).toBeGreaterThan(10);
});

test('and doctor finds the lines of a pod', async () => {
  // What the gateway did not reach while the stack was applied is a finding for another while.
  const report = await eventually(
    () => doctor(config, pod),
    ({ verdict, findings: [first, ...others] }) =>
      verdict === 'ok' &&
      first?.seen.startsWith(`Loki has lines of ${APPS}/${SILENT_JOB}`) === true &&
      others.length === 0,
    90,
  );
  if (report.verdict !== 'ok') throw new Error(notOk(report));
  expect(report.findings).toEqual([expect.objectContaining({ link: 'pod', weight: 'hint' })]);
});

test.each(Object.entries(BREAKS) as readonly (readonly [Broken, Breakage])[])(
  'when %s, then doctor names that link, and the right alert fires',
  async (broken, { link, seen, alerts }) => {
    const { isAlready, make, mend, ask } = ACTIONS[broken];
    // What has been broken before may still be in an alert's window.
    if (isAlready !== true) await expectAlerts(alerts, 'none', Date.now());
    const began = Date.now();
    await make();
    try {
      // Both at once: either takes its while.
      await Promise.all([expectLink(link, seen, ask), expectInStatus(link, alerts, began)]);
    } finally {
      await mend();
    }
  },
);

test('when all is mended, then all is green, and the alerts are over', async () => {
  expect(await eventually(firing, ({ length }) => length === 0, 150)).toEqual([]);
  await expectGreen();
});
