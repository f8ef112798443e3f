/** Each of the stack's own alerts, by promtool on the rendered rules: it fires, it resolves, and normal work does not set it off. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { stackRules } from '../../src/alerts/stack-rules';
import { watchdog } from '../../src/alerts/watchdog';
import { CANARY } from '../support/config';
import { BUILD_TIMEOUT, programs, removeFolder, run, temporaryFolder } from '../../programs/program';
import { configFile, variant } from '../../programs/rendered-stack';
import { CASES, type RuleCase, type Series } from './stack-rules-cases';
import { COLLECTOR_CASES, OLDEST } from './stack-rules-cases-collector';

const EGRESS = [{ cidr: '203.0.113.0/24', port: 443 }];
const watched = (agent: 'promtail' | 'collector') =>
  variant(`watched by ${agent}`, {
    environment: 'staging',
    monitoring: { type: 'embedded' },
    ...CANARY,
    agent: {
      type: agent,
      ...(agent === 'collector'
        ? { also: [{ name: 'archive', url: 'https://otlp.example.com', egress: EGRESS }] }
        : {}),
    },
    ...(agent === 'collector' ? { limits: { rejectOldSamplesAfter: OLDEST } } : {}),
    gateway: { tls: {} },
    alertmanager: { type: 'embedded', heartbeat: { egress: EGRESS } },
  });
const stacks = { promtail: watched('promtail'), collector: watched('collector') } as const;
type Agent = keyof typeof stacks;
/** The heartbeat always fires, and has a test of its own below. */
const rulesOf = (agent: Agent) => stackRules(stacks[agent].config).filter(({ severity }) => severity !== 'none');
const rules = rulesOf('promtail');
/** What is the same for both is tested once. */
const others = rulesOf('collector').filter((rule) => !rules.some((same) => isDeepStrictEqual(same, rule)));

let promtool: string;
let folder: string;
beforeAll(async () => {
  ({ promtool } = await programs('promtool'));
  folder = temporaryFolder('stack-rules');
  for (const [agent, rendered] of Object.entries(stacks))
    writeFileSync(join(folder, `${agent}.yaml`), configFile(rendered, 'prometheus-config', 'stack-rules.yaml'));
}, BUILD_TIMEOUT);
afterAll(() => removeFolder(folder));

interface Expected {
  readonly eval_time: string;
  readonly exp_alerts: readonly object[];
}

/** What promtool says of these series; nothing where all is as expected. */
async function verdict(
  alertname: string,
  series: Series,
  expected: readonly Expected[],
  agent: Agent = 'promtail',
): Promise<string> {
  const file = join(folder, `${agent}-${alertname}.yaml`);
  writeFileSync(
    file,
    stringify({
      rule_files: [`${agent}.yaml`],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          alert_rule_test: expected.map((one) => ({ ...one, alertname })),
        },
      ],
    }),
  );
  const { code, stdout, stderr } = await run([promtool, 'test', 'rules', file]);
  return code === 0 ? '' : `${stdout}${stderr}`;
}

it('every alert is tested, those that depend on the agent with both', () => {
  expect(Object.keys(CASES).sort()).toEqual(rules.map(({ name }) => name).sort());
  expect(Object.keys(COLLECTOR_CASES).sort()).toEqual(others.map(({ name }) => name).sort());
});

const cases = (['promtail', 'collector'] as const).flatMap((agent) =>
  (agent === 'promtail' ? rules : others).map((rule) => {
    const tested = (agent === 'promtail' ? CASES : COLLECTOR_CASES)[rule.name];
    if (tested === undefined) throw new Error(`no case for ${rule.name} with ${agent}`);
    return [rule.name, agent, rule, tested] as const;
  }),
);

describe.each(cases)('%s, with %s', (name, agent, { severity, summary }, tested: RuleCase) => {
  it(`given that it goes wrong, fires at ${tested.fires} and not before, and is resolved at ${tested.resolves}`, async () => {
    const alert = {
      exp_labels: { ...tested.labels, severity },
      exp_annotations: {
        summary,
        description: tested.description,
        runbook_url: `docs/runbooks.md#${name.toLowerCase()}`,
      },
    };
    expect(
      await verdict(
        name,
        tested.wrong,
        [
          { eval_time: tested.before, exp_alerts: [] },
          { eval_time: tested.fires, exp_alerts: [alert] },
          { eval_time: tested.resolves, exp_alerts: [] },
        ],
        agent,
      ),
    ).toBe('');
  });

  it('given normal work, does not fire', async () => {
    const times = ['1m', '4m', '10m', '11m', '14m', '20m', '30m', '45m', '60m', '69m'];
    expect(
      await verdict(
        name,
        tested.normal,
        times.map((time) => ({ eval_time: time, exp_alerts: [] })),
        agent,
      ),
    ).toBe('');
  });
});

it('of a certificate that is not the gateway’s, cert-manager’s word counts', async () => {
  const tenDays = 'certmanager_certificate_expiration_timestamp_seconds{namespace="logging",name="grafana"}';
  const own = 'spywatcher_logs_gateway_certificate_remaining_days{job="gateway",instance="gateway"}';
  const { severity, summary } = rules.find(({ name }) => name === 'GatewayCertificateEndsSoon') ?? {};
  const alert = {
    exp_labels: { severity, namespace: 'logging', name: 'grafana' },
    exp_annotations: {
      summary,
      description: 'The certificate grafana ends in 9d 23h 50m 0s; it should have been renewed 336h before.',
      runbook_url: 'docs/runbooks.md#gatewaycertificateendssoon',
    },
  };
  expect(
    await verdict('GatewayCertificateEndsSoon', { [tenDays]: '864000x30', [own]: '89x30' }, [
      { eval_time: '10m', exp_alerts: [alert] },
    ]),
  ).toBe('');
});

it('the heartbeat fires at once, and always, whatever there is to measure', async () => {
  const { name, labels, severity, summary, description } = watchdog('prometheus');
  const alert = {
    exp_labels: { ...labels, severity },
    exp_annotations: { summary, description, runbook_url: 'docs/runbooks.md#watchdog' },
  };
  const always = ['0m', '1m', '60m'].map((time) => ({ eval_time: time, exp_alerts: [alert] }));
  expect(await verdict(name, {}, always)).toBe('');
});

it('given an alert that is not to be there, promtool says so, and the tests above can fail', async () => {
  const { wrong, fires } = CASES['LokiLosesLines'] as RuleCase;
  expect(await verdict('LokiLosesLines', wrong, [{ eval_time: fires, exp_alerts: [] }])).toContain('FAILED');
});
