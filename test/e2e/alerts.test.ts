/**
 * Given the running stack and a pod that is told of alerts; when a pod's log lines are too many errors, then the receiver is told,
 * in one message for all that belongs together, and told again when it is over.
 */
import type { Target } from '../../local/kubernetes';
import { askPrometheus } from '../../local/prometheus';
import { ALERTMANAGER } from '../../src/components/kit/identity';
import { type Message, receivedMessages } from './alert-receiver';
import { everyMetricQuery, withTimes } from '../../programs/dashboards';
import { eventually } from '../../programs/wait';
import { e2eConfig, log, restoreStack, startWriter } from './cluster';

const config = e2eConfig();
let target: Target;

/** Messages about the alert of these tests, in the order in which they came. */
async function messages(): Promise<readonly Message[]> {
  return (await receivedMessages(target)).filter(({ groupLabels }) => groupLabels['alertname'] === 'TooManyTestErrors');
}

/** The apps that a message is about, by status. */
const appsOf = (message: Message | undefined, status: Message['status']): readonly string[] =>
  (message?.alerts ?? [])
    .filter((alert) => alert.status === status)
    .map(({ labels }) => labels['app'] ?? '')
    .sort();

beforeAll(async () => {
  target = await restoreStack(config);
});

describe('given two pods that write errors for a while', () => {
  const APPS_OF_ERRORS = ['alerting-one', 'alerting-two'];
  let began: number;

  beforeAll(async () => {
    began = Date.now();
    const line = '{"level":"error","message":"the test has failed","job":"alerting"}';
    const script = `for i in $(seq 40); do echo '${line}'; sleep 0.5; done`;
    // At once: the first is not to be over before the second begins.
    await Promise.all(APPS_OF_ERRORS.map((name) => startWriter(target, name, script)));
  });

  test('then within 60 s a message says that the alert fires, for both, with what helps', async () => {
    const isOfBoth = (message: Message): boolean => appsOf(message, 'firing').length === APPS_OF_ERRORS.length;
    const told = await eventually(messages, (seen) => seen.some(isOfBoth), 60);
    log(`told ${(((told[0]?.receivedAt ?? NaN) - began) / 1000).toFixed(1)} s after the first pod was asked for`);
    const message = told.find(isOfBoth);
    expect(appsOf(message, 'firing')).toEqual(APPS_OF_ERRORS);
    expect(message?.status).toBe('firing');
    const alert = message?.alerts[0];
    expect(alert?.labels).toMatchObject({ severity: 'critical', tenant: 'spywatcher' });
    expect(alert?.annotations).toMatchObject({
      summary: 'A pod of the tests writes errors',
      description: expect.stringMatching(/^\d+ errors of alerting-(one|two) in 20s\.$/) as string,
      runbook_url: 'https://runbooks.example.com/too-many-test-errors',
    });
    expect(alert?.generatorURL).toMatch(/\/explore\?.*alerting-/);
  });

  test('then within 90 s a message says that it is over, for both', async () => {
    const told = await eventually(
      messages,
      (seen) => {
        const over = new Set(seen.flatMap((message) => appsOf(message, 'resolved')));
        return APPS_OF_ERRORS.every((app) => over.has(app));
      },
      90,
    );
    log(`over ${(((told.at(-1)?.receivedAt ?? NaN) - began) / 1000).toFixed(1)} s after the first pod was asked for`);
    const last = told.at(-1);
    expect(last?.status).toBe('resolved');
    expect(appsOf(last, 'firing')).toEqual([]);
  });

  test('and no more than a message for each change was sent', async () => {
    // Firing, perhaps the second pod a moment later, one over, both over.
    expect((await messages()).length).toBeLessThanOrEqual(4);
  });
});

describe('the embedded Prometheus', () => {
  const ask = (path: string): Promise<unknown> => askPrometheus(target, config, path);

  test('reaches all that it scrapes', async () => {
    const down = async (): Promise<readonly string[]> => {
      const { data } = (await ask('targets?state=active')) as {
        data: { activeTargets: readonly { health: string; labels: { job: string } }[] };
      };
      if (data.activeTargets.length < 5) return ['too few targets'];
      return data.activeTargets.filter(({ health }) => health !== 'up').map(({ labels }) => labels.job);
    };
    const left = await eventually(down, ({ length }) => length === 0, 90);
    expect(left).toEqual([]);
  });

  test('knows the stack’s Alertmanager, and evaluates every rule', async () => {
    expect(await ask('alertmanagers')).toMatchObject({
      data: { activeAlertmanagers: [{ url: expect.stringContaining(ALERTMANAGER.name) as string }] },
    });
    const rules = async (): Promise<readonly { name: string; health: string; lastError?: string }[]> => {
      const { data } = (await ask('rules')) as {
        data: { groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[] };
      };
      return data.groups.flatMap((group) => group.rules);
    };
    const seen = await eventually(rules, (all) => all.length > 20 && all.every(({ health }) => health === 'ok'), 90);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  test('answers every query of the dashboard of the stack', async () => {
    for (const { of, expr } of everyMetricQuery(config)) {
      const answer = await ask(
        `query?query=${encodeURIComponent(withTimes(expr, { rateInterval: '1m', range: '1h' }))}`,
      );
      expect([of, answer]).toEqual([of, expect.objectContaining({ status: 'success' })]);
    }
  });
});
