/**
 * Given the running stack; when one component or link of the chain is broken, then doctor names that link first, status is not
 * green, and the right alert fires, until it is mended. Alerts of metrics are in compressed time: fast-alerts.ts.
 */
import { runInside } from '../../local/namespace';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import type { StackConfig } from '../../src/config';
import { type KubernetesObject, stackObjects } from '../../src/deploy/objects';
import type { Asked } from '../../src/operations/doctor/explain';
import { examine } from '../../src/operations/doctor/examine';
import type { Report } from '../../src/operations/doctor/finding';
import { formatReport } from '../../src/operations/doctor/format';
import { collect } from '../../src/operations/observe/collect';
import { lokiRules } from '../../src/operations/observe/expected';
import { type Status, statusOf } from '../../src/operations/status';
import { secretManifests } from '../../src/deploy/secret-objects';
import { ALERTMANAGER, CANARY, GRAFANA, LOKI, PROMETHEUS } from '../../src/components/identity';
import { withFastAlerts } from './fast-alerts';
import { APPS, e2eConfig, eventually, log, restoreStack, secretValues, startWriter, waitForStack } from './cluster';

const config = e2eConfig();
const { logging, agents } = config.namespaces;
const WRITER = 'doctor-writer';
const TORN = '/var/log/e2e-doctor';
const pod: Asked = { pod: { namespace: APPS, name: WRITER } };
let target: Target;

const expectedOf = (stack: StackConfig): readonly KubernetesObject[] => withFastAlerts(stackObjects(stack));
const expected = expectedOf(config);

const inNamespace = (namespace: string, ...args: readonly string[]): Promise<string> =>
  kubectl(target, ['-n', namespace, ...args]);

const doctor = (stack = config, asked?: Asked): Promise<Report> =>
  examine(target, 'e2e', stack, expectedOf(stack), asked);

async function status(): Promise<Status> {
  return statusOf('e2e', config, expected, await collect(target, config, expected, { interval: 2, logs: false }));
}

/** What is not as it should be. */
const notOk = (report: Report | Status): string =>
  'findings' in report ? formatReport(report, false) : JSON.stringify(report);

/** Why something is not as it should be, alerts aside. */
function reasons(seen: Status): readonly string[] {
  return Object.values({ ...seen, alerts: [] })
    .flat()
    .flatMap((part) => (typeof part === 'object' && part.verdict !== 'ok' ? part.why : []));
}

async function expectGreen(): Promise<void> {
  const seen = await eventually(status, ({ verdict }) => verdict === 'ok', 60);
  if (seen.verdict !== 'ok') throw new Error(notOk(seen));
  const report = await eventually(doctor, ({ verdict }) => verdict === 'ok', 60);
  if (report.verdict !== 'ok') throw new Error(notOk(report));
}

async function expectLink(link: string, seen: RegExp, ask: () => Promise<Report> = doctor): Promise<void> {
  const named = ({ likelyCause }: Report): boolean => likelyCause?.link === link && seen.test(likelyCause.seen);
  const began = Date.now();
  const report = await eventually(ask, named, 60);
  log(`doctor named ${link} after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  if (!named(report)) throw new Error(notOk(report));
  expect(report.verdict).toBe('bad');
  expect(report.likelyCause?.todo).not.toEqual([]);
}

/** An alert of metrics, and some of its labels. */
interface Alert {
  readonly alertname: string;
  readonly [label: string]: string;
}

/** Whether an alert has fired at any time of the last seconds: it may come and go while doctor looks. */
async function hasFired(alert: Alert, seconds: number): Promise<boolean> {
  const matchers = Object.entries({ ...alert, alertstate: 'firing' }).map(([name, value]) => `${name}="${value}"`);
  const query = encodeURIComponent(`count_over_time(ALERTS{${matchers.join(',')}}[${seconds}s])`);
  const service = `/api/v1/namespaces/${logging}/services/${PROMETHEUS.name}:${PROMETHEUS.ports.http}`;
  const answer = await kubectl(target, ['get', '--raw', `${service}/proxy/api/v1/query?query=${query}`]);
  return (JSON.parse(answer) as { readonly data: { readonly result: readonly unknown[] } }).data.result.length > 0;
}

async function expectAlert(alert: Alert, since: number): Promise<void> {
  const seconds = (): number => Math.max(2, Math.ceil((Date.now() - since) / 1000));
  const fired = await eventually(
    () => hasFired(alert, seconds()),
    (is) => is,
    60,
  );
  expect([alert, fired]).toEqual([alert, true]);
  log(`${alert.alertname} fires ${seconds()} s after the break, in compressed time`);
}

async function expectNoAlert(alert: Alert): Promise<void> {
  const fires = await eventually(
    () => hasFired(alert, 2),
    (does) => !does,
    60,
  );
  expect([alert, fires]).toEqual([alert, false]);
}

const scale = (workload: string, replicas: number): Promise<string> =>
  inNamespace(logging, 'scale', workload, `--replicas=${replicas}`);

/** The kubelet would take a minute to give a running agent another password. */
async function restartAgent(): Promise<void> {
  await inNamespace(agents, 'rollout', 'restart', 'daemonset/promtail');
  await waitForRollout(target, agents, 'daemonset/promtail', 90);
}

/** A workload without a pod, and back again. */
const scaledAway = (workload: string): Pick<Break, 'seen' | 'make' | 'mend'> => ({
  seen: /scaled to 0/,
  make: () => scale(workload, 0),
  mend: async () => {
    await scale(workload, 1);
    await waitForRollout(target, logging, workload, 90);
  },
});

interface Break {
  readonly link: string;
  readonly seen: RegExp;
  /** @default - none: nothing that counts has changed, or nobody is there who could say so */
  readonly alert?: Alert;
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

const [ruleMap] = lokiRules(expected).configMaps;
const BREAKS: Readonly<Record<string, Break>> = {
  'the agent is kept away from the node': {
    link: 'agent',
    seen: /does not run on .*nodeSelector is e2e=nowhere/,
    alert: { alertname: 'TargetMissing', job: 'promtail' },
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
    link: 'secrets',
    seen: /gateway-credential-promtail is not that of promtail/,
    alert: { alertname: 'AgentUnauthorized', status_code: '401' },
    make: async () => {
      await inNamespace(
        agents,
        'patch',
        'secret/gateway-credential-promtail',
        '-p',
        '{"stringData":{"password":"wrong"}}',
      );
      await restartAgent();
    },
    mend: async () => {
      await applyObjects(target, secretManifests(config, secretValues()));
      await restartAgent();
    },
  },
  'the gateway is scaled away': {
    link: 'gateway',
    alert: { alertname: 'GatewayRefusesPushes', status_code: '-1' },
    ...scaledAway('deployment/gateway'),
  },
  'a policy is deleted': {
    link: 'network',
    seen: /no NetworkPolicy logging\/gateway/,
    make: () => inNamespace(logging, 'delete', 'networkpolicy/gateway'),
    mend: () => applyObjects(target, expected),
  },
  ...(ruleMap === undefined
    ? {}
    : {
        'a file of rules is torn': {
          link: 'rules',
          seen: /no YAML/,
          make: () => inNamespace(logging, 'patch', `configmap/${ruleMap}`, '-p', '{"data":{"torn.yaml":"groups: ["}}'),
          mend: () => inNamespace(logging, 'patch', `configmap/${ruleMap}`, '-p', '{"data":{"torn.yaml":null}}'),
        },
      }),
  'the canary is scaled away': {
    link: 'canary',
    alert: { alertname: 'TargetMissing', job: CANARY.name },
    ...scaledAway(`deployment/${CANARY.name}`),
  },
  'Alertmanager is scaled away': {
    link: 'alertmanager',
    // Its metrics are fetched through the gateway, which has no answer.
    alert: { alertname: 'TargetDown', job: ALERTMANAGER.name },
    ...scaledAway(`statefulset/${ALERTMANAGER.name}`),
  },
  'Grafana is scaled away': {
    link: 'grafana',
    alert: { alertname: 'TargetMissing', job: GRAFANA.name },
    ...scaledAway(`deployment/${GRAFANA.name}`),
  },
  'Prometheus is scaled away': {
    link: 'prometheus',
    ...scaledAway(`statefulset/${PROMETHEUS.name}`),
  },
  'Loki is scaled away': {
    link: 'loki',
    alert: { alertname: 'TargetDown', job: LOKI.name },
    ...scaledAway(`statefulset/${LOKI.name}`),
    // It comes back with the limits of the test after this one.
    mend: async () => {
      await applyObjects(target, expectedOf(TINY));
      await waitForStack(target, config);
    },
  },
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

beforeAll(async () => {
  target = await restoreStack(config);
  await applyObjects(target, expected);
  await waitForRollout(target, logging, `statefulset/${PROMETHEUS.name}`, 90);
  const script =
    'i=0; while true; do i=$((i+1)); echo "{\\"level\\":\\"info\\",\\"message\\":\\"line $i\\"}"; sleep 0.02; done';
  await startWriter(target, WRITER, script);
});

afterAll(async () => {
  await inNamespace(APPS, 'delete', 'pod', WRITER, '--ignore-not-found', '--wait=false');
  await runInside(['rm', '-rf', TORN]);
  await restoreStack(config);
});

test('when nothing is broken, then status is green, and so is doctor', async () => {
  await expectGreen();
  const seen = await eventually(status, ({ verdict }) => verdict === 'ok', 30);
  expect(seen.loki.why).toEqual([]);
  const { jobs, loki, ingest } = seen;
  expect(jobs.jobs.map(({ job }) => job)).toContain(WRITER);
  expect(loki.version).toMatch(/^3\./);
  expect(ingest.linesPerSecond).toBeGreaterThan(10);
});

test('and doctor finds the lines of a pod', async () => {
  const report = await eventually(
    () => doctor(config, pod),
    ({ findings }) => findings.some(({ seen }) => seen.startsWith(`Loki has lines of ${APPS}/${WRITER}`)),
    30,
  );
  expect(report).toMatchObject({ verdict: 'ok', findings: [{ link: 'pod', weight: 'hint' }] });
});

test.each(Object.entries(BREAKS))(
  'when %s, then doctor names that link, and the alert for it fires until it is mended',
  async (_, { link, seen, alert, make, mend }) => {
    if (alert !== undefined) await expectNoAlert(alert);
    const began = Date.now();
    await make();
    try {
      await expectLink(link, seen);
      // A policy that is gone cuts nothing here, and the rules of before go on.
      if (!['network', 'rules'].includes(link)) expect((await status()).verdict).not.toBe('ok');
      if (alert !== undefined) await expectAlert(alert, began);
    } finally {
      await mend();
    }
    if (alert !== undefined) await expectNoAlert(alert);
  },
);

test('when limits are tiny, then doctor names the limit, and the alert says that lines are lost', async () => {
  const began = Date.now();
  await expectLink('limits', /stream_limit.*goes on/, () => doctor(TINY));
  await expectAlert({ alertname: 'LokiLosesLines', reason: 'stream_limit' }, began);
});

test('when the namespace is excluded and a file is not readable, then doctor says so of both', async () => {
  await runInside(['mkdir', '-p', TORN]);
  await runInside([
    'sh',
    '-c',
    `echo line > ${TORN}/app.log && chown 1234 ${TORN}/app.log && chmod 0600 ${TORN}/app.log`,
  ]);
  await applyObjects(target, expectedOf(EXCLUDING));
  await waitForStack(target, config);
  await expectLink('files', /permission denied/, () => doctor(EXCLUDING));
  await expectLink('pod', /excludeNamespaces/, () => doctor(EXCLUDING, pod));
});

test('when all is mended, then all is green but the alerts, which look back at five minutes', async () => {
  await runInside(['rm', '-rf', TORN]);
  await applyObjects(target, expected);
  await waitForStack(target, config);
  const seen = await eventually(status, (now) => reasons(now).length === 0, 60);
  expect(reasons(seen)).toEqual([]);
  const report = await eventually(doctor, ({ verdict }) => verdict === 'ok', 60);
  if (report.verdict !== 'ok') throw new Error(notOk(report));
});
