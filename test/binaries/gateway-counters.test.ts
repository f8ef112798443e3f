/** Both agents count what the gateway refuses and fails in the lines of its access log, each by the series that alerts ask for. */
import { join } from 'node:path';
import { POD_LABELS } from '../../src/log-model';
import { type GatewayCounter, gatewayCounter } from '../../src/log-model/gateway-counters';
import { nanoseconds } from '../../programs/loki';
import { startCollector } from '../../programs/collector';
import { countOf } from '../../programs/metric';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { startPromtail } from '../../programs/promtail';
import { secretValues, stack } from '../../programs/rendered-stack';
import { type StubLoki, startStubLoki } from '../support/stub-loki';

const rendered = stack('dev');
const values = secretValues(rendered);

const pod = (namespace: string, app: string): Container => ({
  namespace,
  pod: `${app}-1`,
  container: app,
  labels: { [POD_LABELS.app]: app },
});
const gateway = pod('logging', 'gateway');
/** Pods whose lines say the same: another program beside the gateway, and a gateway of somebody else. */
const others = [pod('logging', 'loki'), pod('apps', 'gateway')];

/** A line of the gateway's access log, as its format has it. */
const request = (status: number): string =>
  cri(
    nanoseconds(),
    `{"message":"POST /otlp/v1/logs ${status}","job":"gateway","method":"POST","status":${status},"duration":0.004}`,
  );
/** What the gateway itself says is not a request. */
const message = cri(nanoseconds(), '2026/01/02 03:04:05 [error] 1#1: *9 user "a": password mismatch, client: 10.0.0.9');

const STATUSES = [200, 204, 400, 401, 403, 404, 429, 500, 502, 502, 503, 504];
const REPEATED = 30;
const written = Array.from({ length: REPEATED }, () => STATUSES).flat();

let loki: StubLoki;
beforeAll(async () => (loki = await startStubLoki()));
afterAll(() => loki.stop());

const AGENTS = {
  promtail: { start: startPromtail, program: 'promtail', sent: 'promtail_sent_entries_total' },
  collector: { start: startCollector, program: 'otelcol', sent: 'otelcol_exporter_sent_log_records' },
} as const;

test.each(['promtail', 'collector'] as const)(
  'given lines of the gateway and the same lines of others, %s counts the gateway’s answers with 401 and 5xx',
  async (name) => {
    const { start, program, sent } = AGENTS[name];
    const folder = temporaryFolder('gateway-counters');
    const logs = new PodLogs(join(folder, 'pods'));
    const targets = [gateway, ...others];
    for (const each of targets) logs.append(each, [...written.map(request), message]);
    const agent = await start((await programs(program))[program], rendered, {
      folder,
      logs,
      targets,
      values,
      gatewayPort: loki.port,
    });
    try {
      const records = targets.length * (written.length + 1);
      await until(
        `${records} records`,
        async () => {
          const count = countOf(await agent.metrics(), sent);
          return count < records ? `${count} are sent` : undefined;
        },
        { program: agent },
      );
      const metrics = await agent.metrics();
      const count = (counter: GatewayCounter): number => {
        const { name: metric, matchers } = gatewayCounter(counter, name);
        const labels = matchers.map((matcher): readonly [string, string] => {
          const [, label = '', value = ''] = /^(\w+)="(.*)"$/.exec(matcher) ?? [];
          return [label, value];
        });
        return countOf(metrics, metric, Object.fromEntries(labels));
      };
      expect(count('unauthorized')).toBe(REPEATED);
      expect(count('serverErrors')).toBe(5 * REPEATED);
    } finally {
      await agent.stop();
      removeFolder(folder);
    }
  },
  BUILD_TIMEOUT,
);
