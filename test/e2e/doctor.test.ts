/** Given the running stack; when one link of the chain is broken, then doctor names that link first, and status is not green. */
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
import { APPS, e2eConfig, eventually, log, restoreStack, secretValues, startWriter, waitForStack } from './cluster';

const config = e2eConfig();
const { logging, agents } = config.namespaces;
const WRITER = 'doctor-writer';
const TORN = '/var/log/e2e-doctor';
const pod: Asked = { pod: { namespace: APPS, name: WRITER } };
let target: Target;

/** The embedded cluster has no image of Grafana. */
const expectedOf = (stack: StackConfig): readonly KubernetesObject[] =>
  stackObjects(stack).filter(({ kind, metadata }) => kind !== 'Deployment' || metadata.name !== 'grafana');
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

const scale = (workload: string, replicas: number): Promise<string> =>
  inNamespace(logging, 'scale', workload, `--replicas=${replicas}`);

interface Break {
  readonly link: string;
  readonly seen: RegExp;
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

const [ruleMap] = lokiRules(expected).configMaps;
const BREAKS: Readonly<Record<string, Break>> = {
  'the agent is kept away from the node': {
    link: 'agent',
    seen: /does not run on .*nodeSelector is e2e=nowhere/,
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
    make: () =>
      inNamespace(agents, 'patch', 'secret/gateway-credential-promtail', '-p', '{"stringData":{"password":"wrong"}}'),
    // The kubelet would take a minute to give a running agent its old password back.
    mend: async () => {
      await applyObjects(target, secretManifests(config, secretValues()));
      await inNamespace(agents, 'rollout', 'restart', 'daemonset/promtail');
      await waitForRollout(target, agents, 'daemonset/promtail', 90);
    },
  },
  'the gateway is scaled away': {
    link: 'gateway',
    seen: /scaled to 0/,
    make: () => scale('deployment/gateway', 0),
    mend: async () => {
      await scale('deployment/gateway', 1);
      await waitForRollout(target, logging, 'deployment/gateway', 60);
    },
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
  'Loki is scaled away': {
    link: 'loki',
    seen: /scaled to 0/,
    make: () => scale('statefulset/loki', 0),
    // It comes back with the limits of the test after this one.
    mend: async () => {
      await applyObjects(target, stackObjects(TINY));
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

test.each(Object.entries(BREAKS))('when %s, then doctor names that link', async (_, { link, seen, make, mend }) => {
  await make();
  try {
    await expectLink(link, seen);
    // A policy that is gone cuts nothing here, a password is noticed at the next push, and the rules of before go on.
    if (!['network', 'secrets', 'rules'].includes(link)) expect((await status()).verdict).not.toBe('ok');
  } finally {
    await mend();
  }
});

test('when limits are tiny, then doctor names the limit', async () => {
  await expectLink('limits', /stream_limit.*goes on/, () => doctor(TINY));
});

test('when the namespace is excluded and a file is not readable, then doctor says so of both', async () => {
  await runInside(['mkdir', '-p', TORN]);
  await runInside([
    'sh',
    '-c',
    `echo line > ${TORN}/app.log && chown 1234 ${TORN}/app.log && chmod 0600 ${TORN}/app.log`,
  ]);
  await applyObjects(target, stackObjects(EXCLUDING));
  await waitForStack(target, config);
  await expectLink('files', /permission denied/, () => doctor(EXCLUDING));
  await expectLink('pod', /excludeNamespaces/, () => doctor(EXCLUDING, pod));
});

test('when all is mended, then all is green but the alerts, which look back at five minutes', async () => {
  await runInside(['rm', '-rf', TORN]);
  await restoreStack(config);
  const seen = await eventually(status, (now) => reasons(now).length === 0, 60);
  expect(reasons(seen)).toEqual([]);
  const report = await eventually(doctor, ({ verdict }) => verdict === 'ok', 60);
  if (report.verdict !== 'ok') throw new Error(notOk(report));
});
