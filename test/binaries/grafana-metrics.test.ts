/** The real nginx in Grafana's pod, before a stub of Grafana: whoever reaches its port sees the metrics, and nothing else of Grafana. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GRAFANA } from '../../src/components/kit/identity';
import { GRAFANA_METRICS_SECRET } from '../../src/config';
import { freePorts } from '../../programs/program';
import { type RunningProxy, startProxy } from '../support/proxy';
import { secretFiles, secretValues, variant } from '../../programs/rendered-stack';
import { type Response, send } from '../../programs/request';

const rendered = variant('grafana metrics', { environment: 'staging', monitoring: { type: 'embedded' } });
const files = secretFiles(rendered, secretValues(rendered), GRAFANA_METRICS_SECRET);
const METRICS = 'grafana_build_info 1\n';

let grafana: Server;
let proxy: RunningProxy;
let port: number;
let asked: IncomingMessage[];

beforeAll(async () => {
  grafana = createServer((request, response) => {
    asked.push(request);
    response.end(METRICS);
  });
  await new Promise<void>((resolve) => grafana.listen(0, '127.0.0.1', resolve));
  [port = 0] = await freePorts(1);
  asked = [];
  proxy = await startProxy(rendered, {
    workload: 'grafana',
    configMap: 'grafana-metrics',
    secret: files,
    places: {
      [`127.0.0.1:${GRAFANA.ports.http}`]: `127.0.0.1:${(grafana.address() as AddressInfo).port}`,
      [`listen ${GRAFANA.ports.metrics}`]: `listen 127.0.0.1:${port}`,
    },
    metricsPort: port,
  });
});
afterAll(async () => {
  await proxy.stop();
  await new Promise((resolve) => grafana.close(resolve));
});
beforeEach(() => {
  asked = [];
});

const ask = (path: string, options: { readonly method?: string; readonly headers?: Record<string, string> } = {}) =>
  send({ port, path, ...options });
/** Of an answer that nginx gave by itself. */
const refused = ({ status }: Response) => ({ status, asked: asked.map(({ url }) => url) });

test('its metrics are answered, asked for with the password of the Secret', async () => {
  const { status, text } = await ask('/metrics');
  expect([status, text]).toEqual([200, METRICS]);
  expect(asked.map(({ method, url }) => [method, url])).toEqual([['GET', '/metrics']]);
  const password = files['password'] ?? '';
  expect(password).not.toBe('');
  expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`metrics:${password}`).toString('base64')}`);
});

test('what a scraper says that it is does not count', async () => {
  await ask('/metrics', { headers: { Authorization: 'Bearer mine' } });
  expect(asked[0]?.headers.authorization).toMatch(/^Basic /);
});

test.each([
  '/',
  '/login',
  '/api/health',
  '/api/datasources',
  '/api/admin/settings',
  '/metrics/',
  '/metrics/plugins',
  '/metrics/../api/datasources',
  '/metrics%2f..%2fapi%2fdatasources',
  '//metrics/../api/users',
  '/metricsx',
  '/debug/pprof/heap',
])('%s is not routed', async (path) => {
  expect(refused(await ask(path))).toEqual({ status: 404, asked: [] });
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
  expect(refused(await ask('/metrics', { method }))).toEqual({ status: 403, asked: [] });
});

test('nginx is alive by a path of its own, whether Grafana is or not', async () => {
  expect(refused(await ask('/alive'))).toEqual({ status: 200, asked: [] });
});
