/**
 * Given the running stack with the auth of production; which kind of credential may what, through the real gateway and the real
 * Loki.
 */
import { pushBody } from '../../programs/loki';
import { type Response, send } from '../../programs/request';
import { credential, e2eConfig, gatewayPort, restoreStack } from './cluster';
import { otlpBody } from './otlp';

beforeAll(() => restoreStack(e2eConfig()));

const CREDENTIALS = {
  nobody: undefined,
  'an unknown name': 'somebody:0123456789abcdef0123456789abcdef',
  'a wrong password': 'promtail:0123456789abcdef0123456789abcdef',
  promtail: 'write',
  'audit-writer': 'write',
  grafana: 'read',
  'audit-reader': 'read',
  overseer: 'read across tenants',
  eraser: 'erase',
  'audit-eraser': 'erase',
} as const;
type Who = keyof typeof CREDENTIALS;

/** What is sent as basic authentication. */
function credentialOf(who: Who): string | undefined {
  const known = CREDENTIALS[who];
  return known?.includes(':') === false ? credential(who) : known;
}

const everything = encodeURIComponent('{job=~".+"}');
const LINE = { labels: { job: 'e2e-access' }, line: 'a line of the table' };

/** Class of path → one request of it, and which kinds of credential may. */
const PATHS: Readonly<
  Record<string, { path: string; method: string; body?: object | string; may: readonly string[]; status?: number }>
> = {
  'push as JSON': { path: '/loki/api/v1/push', method: 'POST', body: pushBody(LINE), may: ['write'] },
  'push by OTLP': { path: '/otlp/v1/logs', method: 'POST', body: otlpBody(LINE.line), may: ['write'] },
  query: { path: '/loki/api/v1/query?query=vector(1)', method: 'GET', may: ['read', 'read across tenants'] },
  'query by form': {
    path: '/loki/api/v1/query_range',
    method: 'POST',
    body: `query=${everything}`,
    may: ['read', 'read across tenants'],
  },
  labels: { path: '/loki/api/v1/labels', method: 'GET', may: ['read', 'read across tenants'] },
  'values of a label': { path: '/loki/api/v1/label/job/values', method: 'GET', may: ['read', 'read across tenants'] },
  series: { path: `/loki/api/v1/series?match[]=${everything}`, method: 'GET', may: ['read', 'read across tenants'] },
  // Of one tenant, in Loki.
  rules: { path: '/prometheus/api/v1/rules', method: 'GET', may: ['read'] },
  alerts: { path: '/prometheus/api/v1/alerts', method: 'GET', may: ['read'] },
  // A tail that asks for no WebSocket is Loki's to refuse.
  'tail without a WebSocket': {
    path: `/loki/api/v1/tail?query=${everything}`,
    method: 'GET',
    may: ['read'],
    status: 400,
  },
  'list of deletions': { path: '/loki/api/v1/delete', method: 'GET', may: ['erase'] },
  'deletion without a query': { path: '/loki/api/v1/delete', method: 'POST', may: ['erase'], status: 400 },
};

/** Spellings of what nobody may reach. */
const CLOSED = [
  '/flush',
  '/ingester/shutdown',
  '/ingester//shutdown',
  '/Ingester/Shutdown',
  '/%69ngester/shutdown',
  '/loki/api/v1/push/../../../../ingester/shutdown',
  '/loki/api/v1/push/..%2f..%2f..%2f..%2fingester%2fshutdown',
  '/config',
  '/config/',
  '/memberlist',
  '/ring',
  '/services',
  '/metrics',
  '/debug/pprof/heap',
  '/log_level',
  '/loki/api/v1/rules/namespace',
  '/loki/api/v1/cache/generation_numbers',
  '/api/prom/push',
];

function ask(who: Who, path: string, method: string, body?: object | string, headers = {}): Promise<Response> {
  const secret = credentialOf(who);
  return send({
    port: gatewayPort(),
    path,
    method,
    headers: {
      ...(typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(secret === undefined ? {} : { credential: secret }),
  });
}

const everyone = Object.keys(CREDENTIALS) as readonly Who[];
const table = everyone.flatMap((who) => Object.keys(PATHS).map((what) => [who, what] as const));

test.each(table)('when %s asks for %s, then the answer is as the kind of credential says', async (who, what) => {
  const {
    path,
    method,
    body,
    may,
    status: success,
  } = PATHS[what] ?? PATHS['query'] ?? { path: '', method: '', may: [] };
  const kind: string | undefined = CREDENTIALS[who];
  const isKnown = kind !== undefined && !kind.includes(':');
  // The name alone tells that promtail is for something else: its wrong password is not even looked at.
  const isNamed = isKnown || (who === 'a wrong password' && !may.includes('write'));
  const { status, text } = await ask(who, path, method, body);
  if (isKnown && may.includes(kind)) {
    if (success === undefined) expect({ status: Math.floor(status / 100), text }).toMatchObject({ status: 2 });
    else expect(status).toBe(success);
    return;
  }
  expect(status).toBe(isNamed ? 403 : 401);
  expect(JSON.parse(text)).toMatchObject({ status: 'error' });
});

test('when a reader across tenants tails, then it is refused: Loki tails one tenant', async () => {
  const { status } = await ask('overseer', `/loki/api/v1/tail?query=${everything}`, 'GET');
  expect(status).toBe(403);
});

test.each(CLOSED)('when anyone asks for %s, then there is no such path', async (path) => {
  for (const who of everyone)
    for (const method of ['GET', 'POST']) {
      const { status } = await ask(who, path, method, undefined, { 'X-Scope-OrgID': 'spywatcher' });
      expect({ who, method, closed: [400, 404].includes(status) }).toEqual({ who, method, closed: true });
    }
});
