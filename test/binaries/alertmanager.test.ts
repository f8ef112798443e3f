/** The real Alertmanager on the rendered config: who is told what, once, and with which words. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { StackConfigInput } from '../../src/config';
import { routesOf } from '../../src/config/rules/alert-routes';
import type { Matcher } from '../../src/config/selector';
import { stackObjects } from '../../charts/objects';
import {
  type AlertmanagerFiles,
  amtool,
  replaceSecret,
  type RunningAlertmanager,
  startAlertmanager,
  writeAlertmanagerFiles,
} from '../../programs/alertmanager';
import { countOf } from '../../programs/metric';
import { BUILD_TIMEOUT, freePorts, programs, removeFolder, until } from '../../programs/program';
import { type RenderedStack, secretValues, variant } from '../../programs/rendered-stack';
import { everyStackWithLoki } from '../support/every-stack';
import { startStubReceiver, type StubReceiver } from '../../programs/stub-receiver';

jest.setTimeout(90_000);

beforeAll(() => programs('alertmanager', 'amtool'), BUILD_TIMEOUT);

type AlertmanagerInput = Extract<NonNullable<StackConfigInput['alertmanager']>, { readonly type: 'embedded' }>;

const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
/** Long enough that all alerts of one request are in one group, and short enough to wait for. */
const QUICK = { groupWait: '1s', groupInterval: '2s' } as const;

const stackWith = (alertmanager: Omit<AlertmanagerInput, 'type'>): RenderedStack =>
  variant('test', {
    environment: 'staging',
    monitoring: { type: 'embedded' },
    auth: {
      loki: {
        tenants: [
          { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
          { name: 'audit.(eu)', write: ['audit-writer'], read: ['auditor'] },
        ],
      },
    },
    alertmanager: { type: 'embedded', ...alertmanager },
  });

const withFiles = async <T>(rendered: RenderedStack, use: (files: AlertmanagerFiles) => Promise<T>): Promise<T> => {
  const files = writeAlertmanagerFiles(rendered, secretValues(rendered));
  try {
    return await use(files);
  } finally {
    removeFolder(files.folder);
  }
};

const embedded = everyStackWithLoki().filter(({ config }) => config.alertmanager.type === 'embedded');

test.each(embedded.map((rendered) => [rendered.name, rendered] as const))(
  'given stack %s, amtool takes its config',
  async (_, rendered) => {
    const { code, output } = await withFiles(rendered, ({ configFile }) => amtool('check-config', configFile));
    expect(output).toContain('1 templates');
    expect(code).toBe(0);
  },
);

describe('given routes by severity, tenant, name and label', () => {
  const rendered = stackWith({
    receivers: [
      { name: 'operators', type: 'discord', egress: EGRESS },
      { name: 'pager', type: 'pagerduty', egress: EGRESS },
      { name: 'auditors', type: 'slack', egress: EGRESS },
      { name: 'database', type: 'webhook', egress: EGRESS },
    ],
    routes: [
      { receiver: 'pager', severities: ['critical'], continue: true },
      { receiver: 'auditors', tenants: ['audit.(eu)'] },
      {
        receiver: 'database',
        alerts: ['SlowQueries', 'DatabaseConnectionFailures'],
        severities: ['critical', 'warning'],
      },
      { receiver: 'database', labels: { job: 'postgres' } },
      { receiver: 'none', severities: ['info'] },
    ],
  });

  test.each<[given: string, labels: readonly string[], receivers: string]>([
    ['an alert that no route takes, the first receiver', ['alertname=Any', 'severity=warning'], 'operators'],
    ['a critical one, the pager alone, as a route has taken it', ['alertname=Any', 'severity=critical'], 'pager'],
    ['one of a tenant, letter by letter', ['tenant=audit.(eu)', 'severity=warning'], 'auditors'],
    ['one of a tenant with a similar name, no auditor', ['tenant=auditx(eu)', 'severity=warning'], 'operators'],
    ['a critical one of a tenant, both', ['tenant=audit.(eu)', 'severity=critical'], 'pager,auditors'],
    ['one of several names', ['alertname=SlowQueries', 'severity=warning'], 'database'],
    ['one of these names, but another severity', ['alertname=SlowQueries', 'severity=info'], 'none'],
    ['one with a label', ['alertname=Any', 'job=postgres', 'severity=info'], 'database'],
    ['information, nobody', ['alertname=Any', 'severity=info'], 'none'],
  ])('of %s is told', async (_, labels, receivers) => {
    const { output } = await withFiles(rendered, ({ configFile }) =>
      amtool('config', 'routes', 'test', `--config.file=${configFile}`, ...labels),
    );
    expect(output.trim()).toBe(receivers);
  });
});

/** One for each operator, with characters that an expression and a text in quotes have to keep apart. */
const MATCHERS: readonly Matcher[] = [
  { label: 'job', operator: '!=', value: 'nginx' },
  { label: 'severity', operator: '=~', value: 'crit.*|in\\w+' },
  { label: 'tenant', operator: '!~', value: 'audit\\.\\(.*' },
  { label: 'tenant', operator: '=', value: 'audit.(eu)' },
  { label: 'job', operator: '=~', value: 'back' },
];

test('given whatever routes, the rules of the config find those that an alert comes to as Alertmanager does', async () => {
  const some = <const T extends string>(...values: readonly T[]) => fc.subarray([...values]);
  const route = fc.record({
    receiver: fc.constantFrom('one', 'two', 'none'),
    severities: some('critical', 'warning', 'info'),
    tenants: some('spywatcher', 'audit.(eu)'),
    alerts: some('HighErrorRate', 'SlowQueries'),
    labels: fc.constantFrom({}, {}, { job: 'nginx' }),
    matchers: fc.subarray([...MATCHERS], { maxLength: 2 }),
    continue: fc.boolean(),
  });
  const alert = fc.record({
    alertname: fc.constantFrom('HighErrorRate', 'SlowQueries', 'Other'),
    severity: fc.constantFrom('critical', 'warning', 'info'),
    tenant: fc.constantFrom('spywatcher', 'audit.(eu)'),
    job: fc.constantFrom('nginx', 'backend'),
  });
  const cases = fc.sample(
    fc.tuple(fc.array(route, { maxLength: 5 }), fc.array(alert, { minLength: 3, maxLength: 3 })),
    {
      numRuns: 40,
      seed: 16,
    },
  );
  const { config } = stackWith({
    receivers: ['one', 'two'].map((name) => ({ name, type: 'slack', egress: EGRESS })),
    routes: [{ receiver: 'two', severities: ['critical'] }],
  });
  if (config.alertmanager.type !== 'embedded') throw new Error('Expected an Alertmanager of the stack.');
  for (const [written, alerts] of cases) {
    const routes = written.map((one) => ({ ...one, mute: [], active: [] }));
    // Without the rules, which would refuse what no alert comes to.
    const changed = { ...config, alertmanager: { ...config.alertmanager, routes } };
    await withFiles({ name: 'any routes', config: changed, objects: stackObjects(changed) }, async ({ configFile }) => {
      for (const { alertname, ...labels } of alerts) {
        const { output } = await amtool(
          ...['config', 'routes', 'test', `--config.file=${configFile}`, `alertname=${alertname}`],
          ...Object.entries(labels).map(([label, value]) => `${label}=${value}`),
        );
        const { at, rest } = routesOf({ name: alertname, labels }, routes);
        const receivers = [...at.map((index) => routes[index]?.receiver), ...(rest ? ['one'] : [])];
        expect({ routes, alertname, labels, told: output.trim() }).toEqual({
          routes,
          alertname,
          labels,
          told: receivers.join(','),
        });
      }
    });
  }
});

test('given no receiver at all, nobody is told, and Alertmanager takes that', async () => {
  const { output } = await withFiles(stackWith({}), ({ configFile }) =>
    amtool('config', 'routes', 'test', `--config.file=${configFile}`, 'severity=critical'),
  );
  expect(output.trim()).toBe('none');
});

describe('given a heartbeat', () => {
  const rendered = stackWith({
    ...QUICK,
    heartbeat: { interval: '1m', egress: EGRESS },
    receivers: [{ name: 'hook', type: 'webhook', egress: EGRESS }],
    routes: [{ receiver: 'hook', continue: true }],
    // Every Watchdog would be a cause and an effect of these.
    inhibit: [
      { while: { labels: { source: 'ruler' } }, silence: { alerts: ['HighErrorRate'] } },
      { while: { severities: ['critical'] }, silence: { labels: { source: 'prometheus' } }, equal: [] },
    ],
  });
  const watchdog = (source: string) => ({
    ...alert({ alertname: 'Watchdog', severity: 'none', source }),
    startsAt: new Date(Date.now() - 60_000).toISOString(),
  });

  let stop = (): Promise<void> => Promise.resolve();
  afterAll(() => stop());

  test.each([
    ['the ruler’s', ['alertname=Watchdog', 'source=ruler', 'severity=none', 'tenant=spywatcher'], 'heartbeat_ruler'],
    ['Prometheus’', ['alertname=Watchdog', 'source=prometheus', 'severity=none'], 'heartbeat_prometheus'],
    ['no other alert', ['alertname=HighErrorRate', 'source=ruler'], 'hook'],
  ])('it is told of %s', async (_, labels, receivers) => {
    const { output } = await withFiles(rendered, ({ configFile }) =>
      amtool('config', 'routes', 'test', `--config.file=${configFile}`, ...labels),
    );
    expect(output.trim()).toBe(receivers);
  });

  it('each source is told of at its own URL, in every interval, whatever else fires, and to nobody else', async () => {
    const stub = await startStubReceiver();
    const url = `http://127.0.0.1:${stub.port}`;
    const values = {
      ...secretValues(rendered),
      'heartbeat.ruler': `${url}/ruler`,
      'heartbeat.prometheus': `${url}/prometheus`,
      'alertmanager.hook': `${url}/hook`,
    };
    // A twelfth of the time.
    const files = writeAlertmanagerFiles(rendered, values, (text) =>
      text
        .replaceAll('group_interval: 12s', 'group_interval: 1s')
        .replaceAll('repeat_interval: 54s', 'repeat_interval: 4500ms'),
    );
    const alertmanager = await startAlertmanager(rendered, files);
    stop = async () => {
      await alertmanager.stop();
      await stub.stop();
    };
    await alertmanager.post('/api/v2/alerts', [watchdog('ruler'), watchdog('prometheus'), alert({})]);
    await arrive(stub, '/ruler', 3, alertmanager.program);
    await arrive(stub, '/prometheus', 3, alertmanager.program);
    // Every 4.5 s, at the second after it.
    const [first, , third] = stub.at('/ruler').map(({ receivedAt }) => receivedAt);
    const seconds = ((third ?? NaN) - (first ?? NaN)) / 1000;
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(12);
    expect(stub.at('/ruler')[0]?.body).toMatchObject({
      receiver: 'heartbeat_ruler',
      alerts: [{ labels: { alertname: 'Watchdog', source: 'ruler' } }],
    });
    expect(JSON.stringify(stub.at('/prometheus').map(({ body }) => body))).not.toContain('ruler');
    const others = stub.at('/hook').map(({ body }) => (body as { commonLabels: { alertname: string } }).commonLabels);
    expect(others).toEqual([expect.objectContaining({ alertname: 'HighErrorRate' })]);

    // The end of the ruler: it is not told that it is over, but no longer told of.
    await alertmanager.post('/api/v2/alerts', [{ ...watchdog('ruler'), endsAt: new Date().toISOString() }]);
    const before = stub.at('/ruler').length;
    await arrive(stub, '/prometheus', 5, alertmanager.program);
    expect(stub.at('/ruler')).toHaveLength(before);
  });
});

/** An alert as Loki's ruler posts it. */
const alert = (labels: Readonly<Record<string, string>>, differences: object = {}) => ({
  labels: { alertname: 'HighErrorRate', severity: 'critical', tenant: 'spywatcher', ...labels },
  annotations: {
    summary: 'High error rate <!channel> [of_all](https://elsewhere.example)',
    description: `Error rate of ${labels['job'] ?? 'all'} is 12 errors/sec`,
    runbook_url: 'https://docs.example.com/runbooks#higherrorrate',
    explore_url: 'https://logs.example.com/explore?left=sum(rate(x))',
  },
  generatorURL: 'https://logs.example.com/generator',
  // What has been firing for longer than groupWait is told of at once, alone.
  startsAt: new Date().toISOString(),
  endsAt: new Date(Date.now() + 600_000).toISOString(),
  ...differences,
});
const resolved = (labels: Readonly<Record<string, string>>) =>
  alert(labels, {
    startsAt: new Date(Date.now() - 10_000).toISOString(),
    endsAt: new Date(Date.now() - 100).toISOString(),
  });

const arrive = (stub: StubReceiver, path: string, count: number, program: RunningAlertmanager['program']) =>
  until(
    `${count} messages at ${path}`,
    () => (stub.at(path).length >= count ? undefined : `${stub.at(path).length} have come`),
    { program },
  );

describe('given receivers of Discord, Slack, PagerDuty, and webhooks', () => {
  const rendered = stackWith({
    ...QUICK,
    receivers: [
      { name: 'hook', type: 'webhook', egress: EGRESS },
      { name: 'hook-basic', type: 'webhook', auth: { type: 'basic', user: 'watch' }, egress: EGRESS },
      { name: 'hook-bearer', type: 'webhook', auth: { type: 'bearer' }, egress: EGRESS },
      { name: 'channel', type: 'discord', egress: EGRESS },
      { name: 'chat', type: 'slack', egress: EGRESS },
      { name: 'quiet', type: 'webhook', sendResolved: false, egress: EGRESS },
      { name: 'pager', type: 'pagerduty', region: 'eu', egress: EGRESS },
    ],
    routes: ['hook', 'hook-basic', 'hook-bearer', 'channel', 'chat', 'quiet', 'pager'].map((receiver) => ({
      receiver,
      continue: true,
    })),
    fallback: 'none',
  });
  let stub: StubReceiver;
  let alertmanager: RunningAlertmanager;

  beforeAll(async () => {
    stub = await startStubReceiver();
    const url = `http://127.0.0.1:${stub.port}`;
    const values = {
      ...secretValues(rendered),
      ...Object.fromEntries(
        ['hook', 'hook-basic', 'hook-bearer', 'channel', 'chat', 'quiet'].map((name) => [
          `alertmanager.${name}`,
          `${url}/${name}`,
        ]),
      ),
      'alertmanager.pager': 'key-of-the-pager',
      'alertmanagerCredentials.hook-basic': 'password-of-the-hook',
      'alertmanagerCredentials.hook-bearer': 'token-of-the-hook',
    };
    const files = writeAlertmanagerFiles(rendered, values, (text) =>
      text.replace('https://events.eu.pagerduty.com', url),
    );
    alertmanager = await startAlertmanager(rendered, files);
    await alertmanager.post('/api/v2/alerts', [alert({ job: 'backend' }), alert({ job: 'postgres' })]);
    for (const path of ['/hook', '/hook-basic', '/hook-bearer', '/channel', '/chat', '/quiet', '/v2/enqueue'])
      await arrive(stub, path, 1, alertmanager.program);
  });
  afterAll(async () => {
    await alertmanager.stop();
    await stub.stop();
  });

  it('two alerts of a group are one message, with what they have in common and each of them', () => {
    expect(stub.at('/hook').map(({ body }) => body)).toEqual([
      expect.objectContaining({
        receiver: 'hook',
        status: 'firing',
        groupLabels: { alertname: 'HighErrorRate', severity: 'critical', tenant: 'spywatcher' },
        externalURL: 'http://localhost:9093',
        truncatedAlerts: 0,
        alerts: [
          expect.objectContaining({ status: 'firing', labels: expect.objectContaining({ job: 'backend' }) as object }),
          expect.objectContaining({ status: 'firing', labels: expect.objectContaining({ job: 'postgres' }) as object }),
        ],
      }),
    ]);
  });

  it('a webhook gets its password or token, from a file', () => {
    const sent = (path: string) => stub.at(path)[0]?.headers.authorization;
    expect(sent('/hook')).toBeUndefined();
    expect(sent('/hook-basic')).toBe(`Basic ${Buffer.from('watch:password-of-the-hook').toString('base64')}`);
    expect(sent('/hook-bearer')).toBe('Bearer token-of-the-hook');
  });

  it('Discord gets one embed, in which no link is an alert’s own, and whose links a parenthesis does not end', () => {
    const [{ title, description } = {}] = (stub.at('/channel')[0]?.body as { embeds: Record<string, string>[] }).embeds;
    expect(title).toBe('[2 firing] critical HighErrorRate, tenant spywatcher');
    expect(description).toContain('**High error rate \\<!channel\\> \\[of\\_all\\](https://elsewhere.example)**\n');
    expect(description).toContain('Error rate of backend is 12 errors/sec\nfiring since 20');
    expect(description).toContain('Error rate of postgres is 12 errors/sec\nfiring since 20');
    expect(description).toContain(
      '[Runbook](https://docs.example.com/runbooks#higherrorrate) · [Explore](https://logs.example.com/explore?left=sum%28rate%28x%29%29)',
    );
  });

  it('Slack gets its own markup, and no mention of a channel that an alert quotes', () => {
    const [{ title, text } = {}] = (stub.at('/chat')[0]?.body as { attachments: Record<string, string>[] }).attachments;
    expect(title).toBe('[2 firing] critical HighErrorRate, tenant spywatcher');
    expect(text).toContain(
      '*High error rate &lt;!channel&gt; [of_all](https://elsewhere.example)*\nError rate of backend is 12 errors/sec',
    );
    expect(text).toContain('<https://docs.example.com/runbooks#higherrorrate|Runbook> · <https://logs.example.com/');
    expect(text).not.toContain('<!channel>');
  });

  it('PagerDuty gets an event of the alert’s severity, with the key of the file', () => {
    expect(stub.at('/v2/enqueue')[0]?.body).toMatchObject({
      routing_key: 'key-of-the-pager',
      event_action: 'trigger',
      links: [{ href: 'https://docs.example.com/runbooks#higherrorrate', text: 'Runbook' }],
      payload: {
        summary: '[2 firing] critical HighErrorRate, tenant spywatcher',
        severity: 'critical',
        group: 'spywatcher',
      },
    });
  });

  it('an alert that is over is told of as well, but where `sendResolved` is false', async () => {
    const quiet = stub.at('/quiet').length;
    replaceSecret(alertmanager.files, 'hook', `http://127.0.0.1:${stub.port}/moved`);
    await alertmanager.post('/api/v2/alerts', [resolved({ job: 'backend' }), resolved({ job: 'postgres' })]);
    await arrive(stub, '/channel', 2, alertmanager.program);
    await arrive(stub, '/moved', 1, alertmanager.program);
    // Also: a URL that has changed counts at the next message, without a restart.
    expect(stub.at('/moved')[0]?.body).toMatchObject({ status: 'resolved', alerts: [{ status: 'resolved' }, {}] });
    const [embed] = (stub.at('/channel').at(-1)?.body as { embeds: { title: string; description: string }[] }).embeds;
    expect(embed?.title).toBe('[2 resolved] critical HighErrorRate, tenant spywatcher');
    expect(embed?.description).toContain('resolved at 20');
    expect(stub.at('/quiet')).toHaveLength(quiet);
  });
});

describe('given one receiver for all', () => {
  const rendered = stackWith({
    ...QUICK,
    receivers: [{ name: 'hook', type: 'webhook', egress: EGRESS }],
    groupBy: ['alertname', 'tenant', 'severity', 'job'],
  });
  let stub: StubReceiver;
  beforeEach(async () => {
    stub = await startStubReceiver();
  });
  afterEach(() => stub.stop());
  const filesFor = () =>
    writeAlertmanagerFiles(rendered, {
      ...secretValues(rendered),
      'alertmanager.hook': `http://127.0.0.1:${stub.port}/hook`,
    });
  /** `severity job`, in the order in which they were told. */
  const told = () =>
    stub.at('/hook').map(({ body }) => {
      const { commonLabels } = body as { commonLabels: Record<string, string> };
      return `${commonLabels['severity'] ?? ''} ${commonLabels['alertname'] ?? ''} ${commonLabels['job'] ?? ''}`;
    });

  it('a critical alert silences the warning of the same name, tenant and job, and no other', async () => {
    const alertmanager = await startAlertmanager(rendered, filesFor());
    await alertmanager.post('/api/v2/alerts', [
      alert({ job: 'backend' }),
      alert({ job: 'backend', severity: 'warning' }),
      alert({ job: 'nginx', severity: 'warning' }),
      alert({ job: 'backend', severity: 'warning', alertname: 'SlowQueries' }),
    ]);
    await arrive(stub, '/hook', 3, alertmanager.program);
    await sleep(1_500);
    expect(told().sort()).toEqual([
      'critical HighErrorRate backend',
      'warning HighErrorRate nginx',
      'warning SlowQueries backend',
    ]);
    await alertmanager.stop();
  });

  it('a Loki that is gone silences what follows from that', async () => {
    const alertmanager = await startAlertmanager(rendered, filesFor());
    await alertmanager.post('/api/v2/alerts', [
      alert({ alertname: 'TargetDown', job: 'loki' }),
      alert({ alertname: 'CanaryLosesLines', job: 'canary' }),
      alert({ alertname: 'MemoryNearLimit', job: 'promtail' }),
    ]);
    await arrive(stub, '/hook', 2, alertmanager.program);
    await sleep(1_500);
    expect(told().sort()).toEqual(['critical MemoryNearLimit promtail', 'critical TargetDown loki']);
    await alertmanager.stop();
  });

  it('a silence outlives a restart, and is made by amtool', async () => {
    const files = filesFor();
    const before = await startAlertmanager(rendered, files);
    const made = await amtool(
      'silence',
      'add',
      `--alertmanager.url=${before.url}`,
      '--author=test',
      '--comment=maintenance',
      '--duration=1h',
      'job=backend',
    );
    expect(made.code).toBe(0);
    await before.end();
    const after = await startAlertmanager(rendered, files);
    expect(await after.get('/api/v2/silences')).toEqual([
      expect.objectContaining({ comment: 'maintenance', status: { state: 'active' } }),
    ]);
    await after.post('/api/v2/alerts', [alert({ job: 'backend' }), alert({ job: 'nginx' })]);
    await arrive(stub, '/hook', 1, after.program);
    await sleep(2_500);
    expect(told()).toEqual(['critical HighErrorRate nginx']);
    await after.stop();
  });

  it('what was sent is not sent again after a restart', async () => {
    const files = filesFor();
    const before = await startAlertmanager(rendered, files);
    await before.post('/api/v2/alerts', [alert({ job: 'backend' })]);
    await arrive(stub, '/hook', 1, before.program);
    const metrics = async (): Promise<string> => (await fetch(`${before.url}/metrics`)).text();
    // It writes down what it has sent once that is answered.
    await until('the message to be counted', async () =>
      countOf(await metrics(), 'alertmanager_notification_requests_total', { integration: 'webhook' }) > 0
        ? undefined
        : 'not yet',
    );
    await before.end();
    const after = await startAlertmanager(rendered, files);
    await after.post('/api/v2/alerts', [alert({ job: 'backend' })]);
    await sleep(4_000);
    expect(told()).toEqual(['critical HighErrorRate backend']);
    await after.stop();
  });
});

describe('given a pair', () => {
  const rendered = stackWith({
    ...QUICK,
    replicas: 2,
    receivers: [{ name: 'hook', type: 'webhook', egress: EGRESS }],
  });
  let stub: StubReceiver;
  let pair: readonly RunningAlertmanager[];

  beforeAll(async () => {
    stub = await startStubReceiver();
    const all = await freePorts(2);
    const values = { ...secretValues(rendered), 'alertmanager.hook': `http://127.0.0.1:${stub.port}/hook` };
    pair = await Promise.all(
      all.map((own) => startAlertmanager(rendered, writeAlertmanagerFiles(rendered, values), { own, all })),
    );
    const [first] = pair;
    await until(
      'the pair',
      async () => {
        const { cluster } = (await first?.get('/api/v2/status')) as { cluster: { status: string; peers: unknown[] } };
        return cluster.status === 'ready' && cluster.peers.length === 2 ? undefined : JSON.stringify(cluster);
      },
      { seconds: 40 },
    );
  });
  afterAll(async () => {
    await Promise.all(pair.map((one) => one.stop()));
    await stub.stop();
  });

  it('both are told of an alert, and one of them tells of it', async () => {
    for (const one of pair) await one.post('/api/v2/alerts', [alert({ job: 'backend' })]);
    await until('a message', () => (stub.messages.length > 0 ? undefined : 'none yet'));
    // The second one waits 15 s for the first, and then knows that it has told.
    await sleep(18_000);
    expect(stub.at('/hook')).toHaveLength(1);
  });

  it('a silence of one is one of the other', async () => {
    const [first, second] = pair;
    await first?.post('/api/v2/silences', {
      matchers: [{ name: 'job', value: 'nginx', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 600_000).toISOString(),
      createdBy: 'test',
      comment: 'maintenance',
    });
    await until('the silence', async () =>
      JSON.stringify(await second?.get('/api/v2/silences')).includes('maintenance') ? undefined : 'not there',
    );
  });

  it('when one ends, the other goes on telling', async () => {
    const [first, second] = pair;
    await first?.end();
    await second?.post('/api/v2/alerts', [alert({ job: 'backend', alertname: 'Another' })]);
    await until('its message', () => (stub.at('/hook').length >= 2 ? undefined : 'none yet'), { seconds: 40 });
  });
});
