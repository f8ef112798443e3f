/** The real Alertmanager and stand-ins for the services that it tells: where each message goes, with which key, and in which words. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { messageFault } from '../../src/config/message-template';
import { secretObjects } from '../../src/secrets/objects';
import {
  amtool,
  type RunningAlertmanager,
  startAlertmanager,
  writeAlertmanagerFiles,
} from '../../programs/alertmanager';
import { BUILD_TIMEOUT, give, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { makeCertificate } from '../../programs/tls';
import { plantedSecrets } from '../support/secrets';
import { type SentRequest, startStubInternet, type StubInternet } from '../support/stub-internet';

jest.setTimeout(180_000);

beforeAll(() => programs('alertmanager', 'amtool'), BUILD_TIMEOUT);

const egress = [{ cidr: '203.0.113.0/24', port: 443 }];
const TEAMS = 'prod-1.westeurope.logic.azure.com';
const HOSTS = {
  teams: TEAMS,
  'on-call': 'api.atlassian.com',
  group: 'api.telegram.org',
  html: 'api.telegram.org',
  square: 'chat.example.com',
  rocket: 'rocket.example.com',
  room: 'webexapis.com',
  phone: 'api.pushover.net',
  splunk: 'alert.victorops.com',
  incidents: 'api.incident.io',
  own: 'hooks.slack.com',
} as const;
type Name = keyof typeof HOSTS;
const NAMES = Object.keys(HOSTS).filter((name): name is Name => name in HOSTS);

const rendered = variant('receivers', {
  environment: 'staging',
  alertmanager: {
    type: 'embedded',
    groupWait: '1s',
    groupInterval: '2s',
    receivers: [
      { name: 'teams', type: 'teams', egress },
      {
        name: 'on-call',
        type: 'opsgenie',
        region: 'jira',
        responders: [
          { type: 'team', name: 'Watch' },
          { type: 'user', name: 'boss@example.com' },
        ],
        egress,
      },
      { name: 'group', type: 'telegram', chatId: -1_001_234_567_890, threadId: 7, egress },
      {
        name: 'html',
        type: 'telegram',
        chatId: 42,
        format: 'html',
        text: '<b>{{ .CommonLabels.alertname }}</b> {{ .CommonAnnotations.summary }}',
        egress,
      },
      { name: 'square', type: 'mattermost', egress },
      {
        name: 'rocket',
        type: 'rocketchat',
        url: 'https://rocket.example.com',
        userId: 'rbAXPnMktTFbNpwtJ',
        channel: 'alerts',
        egress,
      },
      { name: 'room', type: 'webex', roomId: 'Y2lzY29z', egress },
      { name: 'phone', type: 'pushover', priorities: { critical: 2 }, egress },
      { name: 'splunk', type: 'victorops', routingKey: 'watch', egress },
      { name: 'incidents', type: 'incidentio', source: '01JZK3M8Q2', egress },
      {
        name: 'own',
        type: 'slack',
        title: '{{ template "team.title" . }}',
        text: '{{ range .Alerts.Firing }}{{ .Labels.job }} since {{ .StartsAt.UTC.Format "2006" }};{{ end }}',
        egress,
      },
    ],
    templates: { 'team.title': '{{ .Status | toUpper }} {{ template "spywatcher.title" . }}' },
    routes: NAMES.map((receiver) => ({ receiver, continue: true })),
    fallback: 'none',
  },
});
const values = plantedSecrets(rendered.config);
/** Secret of a receiver, as Alertmanager is given it. */
const secretOf = (name: Name): string => values[`alertmanager.${name}`] ?? '';

const alert = (endsInSeconds: number): object => ({
  labels: { alertname: 'HighErrorRate', severity: 'critical', tenant: 'spywatcher', job: 'backend' },
  annotations: {
    summary: 'Errors for @all <b>here</b> [x](https://elsewhere.example)',
    description: 'Error rate is 12 errors/sec',
    runbook_url: 'https://docs.example.com/runbooks#higherrorrate',
    explore_url: 'https://logs.example.com/explore?left=sum(rate(x))',
  },
  startsAt: new Date(Date.now() - 10_000).toISOString(),
  endsAt: new Date(Date.now() + endsInSeconds * 1000).toISOString(),
});

const TITLE = '[1 firing] critical HighErrorRate, tenant spywatcher';

describe('given a receiver of each service', () => {
  let internet: StubInternet;
  let alertmanager: RunningAlertmanager;

  beforeAll(async () => {
    const certificate = makeCertificate(...new Set(Object.values(HOSTS)));
    internet = await startStubInternet(certificate);
    const files = writeAlertmanagerFiles(rendered, values, (text) =>
      text.startsWith('templates:')
        ? `global: { http_config: { proxy_url: '${internet.proxy}' } }\n${text.replaceAll(/( +)authorization:/g, `$1proxy_url: '${internet.proxy}'\n$&`)}`
        : text,
    );
    const caFile = join(files.folder, 'ca.crt');
    writeFileSync(caFile, certificate['ca.crt']);
    give(caFile);
    alertmanager = await startAlertmanager(rendered, files, undefined, { SSL_CERT_FILE: caFile });
    await alertmanager.post('/api/v2/alerts', [alert(600)]);
    await messages(1);
  });
  afterAll(async () => {
    await alertmanager.stop();
    await internet.stop();
  });

  const messages = (count: number): Promise<void> =>
    until(
      `${count} messages of each receiver`,
      () => {
        const missing = NAMES.filter((name) => sentTo(name).length < count);
        return missing.length === 0
          ? undefined
          : `missing: ${missing.join(', ')}; ${alertmanager.program.output().slice(-2000)}`;
      },
      { program: alertmanager.program },
    );
  const sentTo = (name: Name): readonly SentRequest[] =>
    internet
      .at(HOSTS[name])
      .filter(({ body }) => (name !== 'group' && name !== 'html') || body.includes('42') === (name === 'html'));
  const first = (name: Name): SentRequest => {
    const [sent] = sentTo(name);
    if (sent === undefined) throw new Error(`${name} has got nothing`);
    return sent;
  };
  const bodyOf = (name: Name): unknown => JSON.parse(first(name).body) as unknown;

  it('Teams gets a card, at the URL of its workflow, with paragraphs', () => {
    expect(first('teams').url.href).toBe(new URL(secretOf('teams')).href);
    expect(bodyOf('teams')).toMatchObject({
      attachments: [
        {
          content: {
            body: [
              { text: TITLE, color: 'Attention' },
              {
                text: expect.stringMatching(
                  /^\*\*Errors for @all \\<b\\>here\\<\/b\\> \\\[x\\\]\(https:\/\/elsewhere\.example\)\*\*\n\nError rate is 12 errors\/sec\n\nfiring since 20.* · \[Runbook\]\(https:\/\/docs/,
                ) as string,
              },
            ],
          },
        },
      ],
    });
  });

  it('Jira Service Management gets an alert of the severity’s priority, for the responders, with the key', () => {
    const { url, headers } = first('on-call');
    expect(url.pathname).toBe('/jsm/ops/integration/v2/alerts');
    expect(headers.authorization).toBe(`GenieKey ${secretOf('on-call')}`);
    expect(bodyOf('on-call')).toMatchObject({
      message: TITLE,
      description: expect.stringContaining('Runbook: https://docs.example.com/runbooks#higherrorrate') as string,
      priority: 'P1',
      entity: 'spywatcher',
      responders: [
        { type: 'team', name: 'Watch' },
        { type: 'user', username: 'boss@example.com' },
      ],
    });
  });

  it('Telegram gets plain text for the chat and its topic, from the bot', () => {
    expect(first('group').url.pathname).toBe(`/bot${secretOf('group')}/sendMessage`);
    const body = bodyOf('group');
    expect(body).toMatchObject({ chat_id: '-1001234567890', message_thread_id: '7' });
    expect(body).not.toHaveProperty('parse_mode');
    expect(body).toHaveProperty('text', expect.stringContaining(`${TITLE}\n\nErrors for @all <b>here</b> [x](https`));
  });

  it('Telegram gets HTML of its own, in which an alert’s text is no HTML', () => {
    expect(bodyOf('html')).toMatchObject({
      chat_id: '42',
      parse_mode: 'HTML',
      text: '<b>HighErrorRate</b> Errors for @all &lt;b&gt;here&lt;/b&gt; [x](https://elsewhere.example)',
    });
  });

  it.each<[Name]>([['square'], ['rocket']])('%s gets an attachment that mentions nobody', (name) => {
    const [attachment] = (bodyOf(name) as { attachments: { title: string; text: string }[] }).attachments;
    expect(attachment?.title).toBe(TITLE);
    expect(attachment?.text).toContain('**Errors for @\u200ball \\<b\\>here');
    expect(attachment?.text).toContain('[Explore](https://logs.example.com/explore?left=sum%28rate%28x%29%29)');
  });

  it('Mattermost gets it at the URL of the webhook, Rocket.Chat in the channel, with token and user', () => {
    expect(first('square').url.href).toBe(secretOf('square'));
    expect(first('rocket').url.pathname).toBe('/api/v1/chat.postMessage');
    expect(first('rocket').headers).toMatchObject({
      'x-auth-token': secretOf('rocket'),
      'x-user-id': 'rbAXPnMktTFbNpwtJ',
    });
    expect(bodyOf('rocket')).toMatchObject({ channel: '#alerts' });
  });

  it('Webex gets Markdown for the room, with the token of the bot', () => {
    expect(first('room').headers.authorization).toBe(`Bearer ${secretOf('room')}`);
    expect(bodyOf('room')).toMatchObject({
      roomId: 'Y2lzY29z',
      markdown: expect.stringContaining(`**${TITLE}**\n\n**Errors for @all`) as string,
    });
  });

  it('Pushover gets title, text, priority and runbook, with both keys', () => {
    expect(Object.fromEntries(first('phone').url.searchParams)).toMatchObject({
      token: values['alertmanagerCredentials.phone'],
      user: secretOf('phone'),
      title: TITLE,
      message: expect.stringContaining('Error rate is 12 errors/sec') as string,
      priority: '2',
      url: 'https://docs.example.com/runbooks#higherrorrate',
      url_title: 'Runbook',
    });
  });

  it('Splunk On-Call gets an event of the alert’s severity, at the key and routing key', () => {
    expect(first('splunk').url.pathname).toBe(`/integrations/generic/20131114/alert/${secretOf('splunk')}/watch`);
    expect(bodyOf('splunk')).toMatchObject({ message_type: 'CRITICAL', entity_display_name: TITLE });
  });

  it('incident.io gets Alertmanager’s JSON at its alert source, with the token', () => {
    expect(first('incidents').url.pathname).toBe('/v2/alert_events/alertmanager/01JZK3M8Q2');
    expect(first('incidents').headers.authorization).toBe(`Bearer ${secretOf('incidents')}`);
    expect(bodyOf('incidents')).toMatchObject({ status: 'firing', alerts: [{ labels: { job: 'backend' } }] });
  });

  it('words of the stack file are sent in place of the stack’s, with the templates that they call', () => {
    expect(bodyOf('own')).toMatchObject({
      attachments: [
        {
          title: `FIRING ${TITLE}`,
          text: `backend since ${new Date().getUTCFullYear()};`,
          fallback: `FIRING ${TITLE}`,
        },
      ],
    });
  });

  it('its end is told of as such', async () => {
    await alertmanager.post('/api/v2/alerts', [alert(-1)]);
    await messages(2);
    expect(internet.at('api.atlassian.com').at(-1)?.url.pathname).toMatch(/\/v2\/alerts\/[0-9a-f]+\/close$/);
    expect(JSON.parse(internet.at('alert.victorops.com').at(-1)?.body ?? '')).toMatchObject({
      message_type: 'RECOVERY',
    });
    expect(internet.at('api.pushover.net').at(-1)?.url.searchParams.get('priority')).toBe('0');
  });

  it('no secret stands in its log', () => {
    for (const { stringData } of secretObjects(rendered.config, values))
      for (const secret of Object.values(stringData))
        for (const line of secret.split('\n').filter((part) => part.length > 20))
          expect(alertmanager.program.output()).not.toContain(line);
  });
});

describe('given whatever texts', () => {
  const folder = temporaryFolder('texts');
  afterAll(() => {
    removeFolder(folder);
  });
  const label = { severity: 'critical', job: 'backend' };
  const one = (status: string) => ({
    ...{ status, labels: label, annotations: { summary: 'x' }, generatorURL: 'u', fingerprint: 'f' },
    ...{ startsAt: '2027-01-01T12:00:00Z', endsAt: '2027-01-01T12:00:00Z' },
  });
  const dataFile = join(folder, 'data.json');
  beforeAll(() => {
    const alerts = [one('firing'), one('resolved')];
    const common = { groupLabels: label, commonLabels: label, commonAnnotations: { summary: 'x' } };
    writeFileSync(dataFile, JSON.stringify({ receiver: 'r', status: 'firing', alerts, ...common, externalURL: 'e' }));
  });
  /** Whether Alertmanager's own tool fills the text. */
  const fills = async (text: string): Promise<boolean> => {
    const args = ['--template.glob=/nonexistent/*', `--template.text=${text}`, `--template.data=${dataFile}`];
    const { code } = await amtool('template', 'render', ...args);
    return code === 0;
  };
  const words = fc.constantFrom(
    ...[
      'Status',
      'Alerts',
      'Firing',
      'Resolved',
      'CommonLabels',
      'Labels',
      'severity',
      'job',
      'Annotations',
      'summary',
    ],
    ...['SortedPairs', 'Name', 'Value', 'Names', 'ExternalURL', 'StartsAt', 'UTC', 'Year', 'GeneratorURL'],
  );
  const path = fc
    .tuple(fc.constantFrom('', '$'), fc.array(words, { minLength: 1, maxLength: 3 }))
    .map(([start, parts]) => `${start}.${parts.join('.')}`);
  const block = (inner: fc.Arbitrary<string>) =>
    fc
      .tuple(fc.constantFrom('range', 'with', 'if', 'range $i, $a :=', 'with $a :='), path, inner, path)
      .map(([keyword, over, within, after]) => {
        const inside = keyword.includes('$a') ? within.replaceAll('{{ $.', '{{ $a.') : within;
        return `{{ ${keyword} ${over} }}${inside}{{ else }}{{ ${after} }}{{ end }}`;
      });
  const leaf = path.map((field) => `{{ ${field} }}`);
  const texts = fc.oneof(leaf, block(leaf), block(block(leaf)));

  it('one that the stack file may have, Alertmanager fills', async () => {
    const accepted: string[] = [];
    const refused: string[] = [];
    for (const text of fc.sample(texts, { numRuns: 4_000, seed: 20 }))
      (messageFault(text, []) === undefined ? accepted : refused).push(text);
    expect(accepted.length).toBeGreaterThan(60);
    for (const text of new Set(accepted.slice(0, 60)))
      expect({ text, fills: await fills(text) }).toEqual({ text, fills: true });
    // Simple ones that are refused would fail: nothing is refused for nothing.
    const simple = refused.filter((text) => !text.includes('else'));
    for (const text of new Set(simple.slice(0, 30)))
      expect({ text, fills: await fills(text) }).toEqual({ text, fills: false });
  });
});
