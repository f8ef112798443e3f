/** The real Loki's ruler with the rules that a stack renders: it loads them, evaluates them, tells Alertmanager, reads them again. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logRules } from '../../src/alerts';
import type { StackConfigInput } from '../../src/config';
import { HA } from '../support/config';
import { changedFiles, lokiFiles, pushBody, type RunningLoki, startLoki, writeLokiFiles } from '../../programs/loki';
import { metricOf } from '../../programs/metric';
import { BUILD_TIMEOUT, programs, removeFolder, run, temporaryFolder, until } from '../../programs/program';
import { exploreOf } from '../../programs/dashboards';
import { type RenderedStack, variant } from '../../programs/rendered-stack';
import { type Response, send } from '../../programs/request';
import { type StubAlertmanager, startStubAlertmanager } from '../support/stub-alertmanager';

const GRAFANA = 'https://logs.example.com';
const ERRORS = 'sum(count_over_time({job="backend", level="error"} [5s])) > 2';

const input: StackConfigInput = {
  environment: 'dev',
  grafana: { url: GRAFANA },
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
        { name: 'audit', write: ['audit-writer'], read: ['audit-reader'] },
      ],
    },
  },
  alertmanager: {
    type: 'embedded',
    heartbeat: { egress: [{ cidr: '203.0.113.0/24', port: 443 }] },
  },
  alerting: {
    interval: '1s',
    rules: [
      {
        name: 'ManyErrors',
        expr: ERRORS,
        severity: 'warning',
        labels: { team: 'backend' },
        summary: 'Many errors',
        description: '{{ $value }} errors in 5s.',
        runbook: 'https://wiki.example.com/many-errors',
      },
    ],
  },
};

interface RuleState {
  readonly name: string;
  readonly state: string;
  readonly health: string;
  readonly lastError?: string;
  readonly evaluationTime: number;
}
interface RulesAnswer {
  readonly data: { readonly groups: readonly { readonly name: string; readonly rules: readonly RuleState[] }[] };
}

let folder: string;
let loki: RunningLoki;
let alertmanager: StubAlertmanager;
let rendered: RenderedStack;

const ask = (path: string, tenant = 'spywatcher'): Promise<Response> =>
  send({ port: loki.port, path, headers: { 'X-Scope-OrgID': tenant } });
const rules = async (): Promise<readonly RuleState[]> => {
  const { status, text } = await ask('/prometheus/api/v1/rules');
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return (JSON.parse(text) as RulesAnswer).data.groups.flatMap((group) => group.rules);
};
/** The query that a link opens in Grafana's Explore. */
function queryOf(link = '', parameter: string): string | undefined {
  const { origin, pathname, searchParams } = new URL(link);
  expect(`${origin}${pathname}`).toBe(`${GRAFANA}/explore`);
  const pane = JSON.parse(searchParams.get(parameter) ?? '') as { readonly queries: readonly { expr: string }[] };
  return pane.queries[0]?.expr;
}
/** More than ManyErrors bears. */
const pushErrors = (): Promise<Response> =>
  send({
    port: loki.port,
    path: '/loki/api/v1/push',
    headers: { 'X-Scope-OrgID': 'spywatcher' },
    body: pushBody(...[1, 2, 3].map((n) => ({ labels: { job: 'backend', level: 'error' }, line: `failed ${n}` }))),
  });
const rulesFile = (): string => join(folder, 'rules', 'spywatcher', 'spywatcher.yaml');

beforeAll(async () => {
  alertmanager = await startStubAlertmanager();
  rendered = variant('ruler', input);
  folder = temporaryFolder('ruler');
  loki = await startLoki((await programs('loki')).loki, rendered, {
    folder,
    // Minutes in a stack.
    files: changedFiles(lokiFiles(rendered), {
      ruler: { poll_interval: '1s', resend_delay: '1s', alertmanager_url: alertmanager.url },
    }),
  });
}, BUILD_TIMEOUT);
afterAll(async () => {
  await loki.stop();
  await alertmanager.stop();
  removeFolder(folder);
});

test('every rule of the stack is loaded for the agent’s tenant, and Loki can evaluate it', async () => {
  const { alerting, namespaces } = rendered.config;
  const names = logRules({
    thresholds: alerting.thresholds,
    silentJobs: alerting.silentJobs,
    ownNamespaces: [namespaces.logging, namespaces.agents],
  }).map(({ name }) => name);
  let states: readonly RuleState[] = [];
  await until('evaluations', async () => {
    states = await rules();
    // The first ones may find no ingester yet.
    const left = states.filter(({ health }) => health !== 'ok');
    return states.length > 0 && left.length === 0 ? undefined : `not ok: ${left.map(({ name }) => name).join(', ')}`;
  });
  expect(states.map(({ name }) => name).toSorted()).toEqual([...names, 'ManyErrors', 'Watchdog'].toSorted());
  expect(states.filter(({ health }) => health !== 'ok')).toEqual([]);
}, 60_000);

test('Loki’s own API shows them too, and has none for the other tenant', async () => {
  const own = await ask('/loki/api/v1/rules');
  expect(own.status).toBe(200);
  expect(own.text).toContain('alert: HighErrorRate');
  // Of one that has no rules it looks for a folder.
  const other = await ask('/loki/api/v1/rules', 'audit');
  expect([other.status, other.text]).toEqual([400, expect.stringContaining('no such file or directory')]);
  const none = await ask('/prometheus/api/v1/rules', 'audit');
  expect([none.status, none.text]).toEqual([200, expect.stringContaining('"groups":[]')]);
});

test('the heartbeat reaches Alertmanager again and again', async () => {
  const beats = () => alertmanager.alerts.filter(({ labels }) => labels['alertname'] === 'Watchdog');
  await until('three heartbeats', () => Promise.resolve(beats().length >= 3 ? undefined : `${beats().length} came`));
  for (const { labels, endsAt, receivedAt } of beats()) {
    expect(labels).toEqual({ alertname: 'Watchdog', severity: 'none', source: 'ruler', tenant: 'spywatcher' });
    expect(Date.parse(endsAt)).toBeGreaterThan(receivedAt);
  }
}, 60_000);

test('an alert reaches Alertmanager with its labels and links, and its end does', async () => {
  expect((await pushErrors()).status).toBe(204);
  const told = () => alertmanager.alerts.filter(({ labels }) => labels['alertname'] === 'ManyErrors');
  await until('the alert', () => Promise.resolve(told().length > 0 ? undefined : 'not told'));
  expect([...alertmanager.paths]).toEqual(['POST /api/v2/alerts']);
  const [alert] = told();
  expect(alert?.labels).toEqual({
    alertname: 'ManyErrors',
    severity: 'warning',
    tenant: 'spywatcher',
    team: 'backend',
  });
  expect(alert?.annotations).toMatchObject({
    summary: 'Many errors',
    description: '3 errors in 5s.',
    runbook_url: 'https://wiki.example.com/many-errors',
  });
  // Loki's own link has the query as Loki writes it.
  expect(queryOf(alert?.generatorURL, 'left')).toBe('(sum(count_over_time({job="backend", level="error"}[5s])) > 2)');
  expect(exploreOf(alert?.annotations['explore_url'] ?? '').queries).toMatchObject([{ expr: ERRORS }]);
  await until('its end', () =>
    Promise.resolve(
      told().some(({ endsAt, receivedAt }) => Date.parse(endsAt) <= receivedAt) ? undefined : 'still told',
    ),
  );
}, 60_000);

test('a changed file is read again by the same process', async () => {
  const before = readFileSync(rulesFile(), 'utf8');
  writeFileSync(rulesFile(), before.replace('alert: ManyErrors', 'alert: TooManyErrors'));
  await until('the new rule', async () =>
    (await rules()).some(({ name }) => name === 'TooManyErrors') ? undefined : 'not there',
  );
  expect((await rules()).map(({ name }) => name)).not.toContain('ManyErrors');
  writeFileSync(rulesFile(), before);
}, 60_000);

test('Loki takes keep_firing_for and drops it, which is why rule files may not have it', async () => {
  const before = readFileSync(rulesFile(), 'utf8');
  writeFileSync(
    rulesFile(),
    before
      .replace('alert: ManyErrors', 'alert: KeptErrors')
      .replace(/(expr: .*> 2\n)/, '$1        keep_firing_for: 1h\n'),
  );
  expect(readFileSync(rulesFile(), 'utf8')).toContain('keep_firing_for: 1h');
  const state = async () => (await rules()).find(({ name }) => name === 'KeptErrors')?.state;
  const reaches = (wanted: string) =>
    until(`state ${wanted}`, async () => {
      const is = await state();
      return is === wanted ? undefined : (is ?? 'no such rule');
    });
  await reaches('inactive');
  expect((await pushErrors()).status).toBe(204);
  await reaches('firing');
  await reaches('inactive');
  writeFileSync(rulesFile(), before);
}, 60_000);

test('a file that Loki cannot read is told by its API, and the rules before go on', async () => {
  const before = readFileSync(rulesFile(), 'utf8');
  writeFileSync(rulesFile(), before.replace(ERRORS, 'sum(nonsense'));
  const { status, text } = await ask('/loki/api/v1/rules');
  expect([status, text]).toEqual([400, expect.stringContaining('spywatcher.yaml')]);
  expect((await rules()).map(({ name }) => name)).toContain('HighErrorRate');
  writeFileSync(rulesFile(), before);
  expect((await ask('/loki/api/v1/rules')).status).toBe(200);
}, 60_000);

test('a file of another tenant that Loki cannot read keeps one that starts from all rules, and a metric tells', async () => {
  const other = temporaryFolder('ruler-torn');
  const torn = join(other, 'rules', 'audit', 'own.yaml');
  mkdirSync(join(other, 'rules', 'audit'), { recursive: true });
  writeFileSync(torn, 'groups: [{ name: a, rules: [{ alert: A, expr: "rate({job=~\".*\"}[5m])" }] }]');
  const fresh = await startLoki((await programs('loki')).loki, rendered, {
    folder: other,
    files: changedFiles(lokiFiles(rendered), { ruler: { poll_interval: '1s', alertmanager_url: alertmanager.url } }),
  });
  const tenants = async (): Promise<number> =>
    metricOf((await send({ port: fresh.port, path: '/metrics' })).text, 'loki_ruler_managers_total');
  await until('a look at the files', () =>
    Promise.resolve(fresh.program.output().includes('unable to list rules') ? undefined : 'not yet'),
  );
  expect(await tenants()).toBe(0);
  // Mended, it needs no restart.
  removeFolder(join(other, 'rules', 'audit'));
  await until('the rules', async () => ((await tenants()) === 1 ? undefined : 'none yet'));
  await fresh.stop();
  removeFolder(other);
}, 60_000);

test.each<[string, StackConfigInput]>([
  ['of a ring', { environment: 'dev', ...HA }],
  ['without an Alertmanager', { environment: 'dev', alertmanager: { type: 'none' } }],
  [
    'with recording rules',
    {
      environment: 'dev',
      alerting: { recording: [{ record: 'job:log_lines:rate5m', expr: 'sum by (job) (rate({job=~".+"}[5m]))' }] },
    },
  ],
])('Loki accepts the config %s', async (_, config) => {
  const other = temporaryFolder('ruler-config');
  const args = writeLokiFiles(variant('ruler', config), other);
  const { loki: program } = await programs('loki');
  const { code, stderr } = await run([program, ...args, '-verify-config']);
  removeFolder(other);
  expect([code, stderr]).toEqual([0, expect.stringContaining('config is valid')]);
});
