/** Agents alone: either real agent of one cluster pushes over TLS, by the gateway’s name, to the real gateway and Loki of another. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCollector } from '../../programs/collector';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { type Entry, nanoseconds, entriesOf, queryRequest, startLoki } from '../../programs/loki';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { startPromtail } from '../../programs/promtail';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { type Bridge, makeCertificate, startTlsBridge } from '../../programs/tls';
import type { SecretValues } from '../../src/secrets/row';

const central = variant('the stack with the Loki', {
  environment: 'staging',
  cluster: 'west',
  gateway: { tls: {} },
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail', 'agent-east'], read: ['grafana'] }] } },
});
const POD: Container = { namespace: 'shop', pod: 'backend-1', container: 'backend', labels: { app: 'backend' } };
const CERTIFICATE = makeCertificate('localhost');

describe('given a Loki behind a gateway with TLS in another cluster', () => {
  const values: SecretValues = secretValues(central);
  const stops: (() => Promise<unknown>)[] = [];
  let gateway: RunningGateway;
  let reader: Bridge;

  beforeAll(async () => {
    const loki = await startLoki((await programs('loki')).loki, central);
    stops.push(loki.stop);
    gateway = await startGateway(central, values, loki.port);
    stops.push(gateway.stop);
    for (const [name, text] of Object.entries(CERTIFICATE)) writeFileSync(join(gateway.folder, 'tls', name), text);
    reader = await startTlsBridge({ port: gateway.ownPort, host: 'localhost', ca: CERTIFICATE['ca.crt'] });
    stops.push(reader.stop);
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const found = async (logql: string): Promise<readonly Entry[]> =>
    entriesOf(
      await send({
        port: reader.port,
        credential: `grafana:${values['gateway.grafana'] ?? ''}`,
        ...queryRequest(logql),
      }),
    );

  it.each(['promtail', 'collector'] as const)('lines of %s arrive with the name of their cluster', async (type) => {
    const east = variant('agents alone', {
      environment: 'prod',
      cluster: 'east',
      components: ['agent'],
      agent: {
        type,
        credential: 'agent-east',
        gateway: {
          url: `https://localhost:${gateway.ownPort}`,
          privateCa: true,
          egress: [{ cidr: '203.0.113.7/32', port: gateway.ownPort }],
        },
      },
    });
    const folder = temporaryFolder(`agents-alone-${type}`);
    const logs = new PodLogs(join(folder, 'pods'));
    logs.append(POD, [cri(nanoseconds(), `{"level":"warn","message":"from ${type}"}`)]);
    const options = {
      folder,
      logs,
      targets: [POD],
      values: {
        'gateway.agent-east': values['gateway.agent-east'] ?? '',
        'agent.gateway.ca': CERTIFICATE['ca.crt'],
      },
      gatewayPort: gateway.port,
    };
    const { promtail, otelcol } = await programs('promtail', 'otelcol');
    const agent =
      type === 'promtail' ? await startPromtail(promtail, east, options) : await startCollector(otelcol, east, options);
    try {
      let entries: readonly Entry[] = [];
      await until(
        `the line of ${type}`,
        async () => {
          entries = await found(`{cluster="east", app="backend"} |= "from ${type}"`);
          return entries.length > 0 ? undefined : 'it is not there';
        },
        { seconds: 60, program: agent },
      );
      expect(entries.map(({ labels }) => labels)).toEqual([
        expect.objectContaining({ cluster: 'east', job: 'backend', namespace: 'shop', level: 'warn' }),
      ]);
    } finally {
      await agent.stop();
      removeFolder(folder);
    }
  });
});
