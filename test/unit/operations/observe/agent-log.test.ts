/** An agent's log, as the real programs write it and kubectl prints it → the failures that it tells of. */
import { agentLog } from '../../../../src/operations/observe/agent-log';

const TIME = '2027-02-10T15:00:00.123456789Z';
const at = Date.parse('2027-02-10T15:00:00.123Z');
const NOTHING = { pushes: [], unreadable: [], discovery: [], queue: [] };

const exporting = (msg: string, error: string, component = 'otlp_http/loki'): string =>
  `${TIME} ${JSON.stringify({ level: 'info', ts: TIME, msg: `Exporting failed. ${msg}`, 'otelcol.component.id': component, error })}`;
const answered = (code: string, status: number, message = '') =>
  `rpc error: code = ${code} desc = error exporting items, request to http://gateway/otlp/v1/logs responded with HTTP Status Code ${status}, Message=${message}, Details=[]`;
const RETRY = 'Will retry the request after interval.';
const DROP = 'Dropping data.';

test.each([
  ['will be repeated', exporting(RETRY, answered('ResourceExhausted', 429)), '429', ''],
  ['was refused for good', exporting(DROP, `not retryable error: ${answered('Unauthenticated', 401)}`), '401', ''],
  [
    'has lines that are too old',
    exporting(DROP, answered('InvalidArgument', 400, 'entry for stream \'{app="a"}\' has timestamp too old')),
    '400',
    'entry for stream \'{app="a"}\' has timestamp too old',
  ],
  [
    'was not answered',
    exporting(RETRY, 'failed to make an HTTP request: Post "http://gateway": dial tcp: connection refused'),
    '-1',
    'failed to make an HTTP request: Post "http://gateway": dial tcp: connection refused',
  ],
])('given the Collector’s line about a push that %s, its status and error are found', (_, line, status, error) => {
  expect(agentLog('collector', line)).toEqual({ ...NOTHING, pushes: [{ at, status, error }] });
});

test('given the Collector’s line about another destination, it is not about Loki', () => {
  expect(agentLog('collector', exporting(RETRY, answered('Unavailable', 503), 'otlp_http/other'))).toEqual(NOTHING);
});

test('given records that the Collector cannot put on its queue, no push has failed', () => {
  const error = 'write /var/lib/collector/exporter_otlp_http_loki_logs: no space left on device';
  expect(agentLog('collector', exporting('Rejecting data.', error))).toEqual({ ...NOTHING, queue: [{ at, error }] });
});

test.each([
  ['error sending batch, will retry', 429, '429'],
  ['final error sending batch', 400, '400'],
])('given Promtail’s line about a failed push (%s), its status and error are found', (msg, status, found) => {
  const line = `${TIME} {"component":"client","error":"server said \\"no\\"","level":"warn","msg":"${msg}","status":${status},"ts":"${TIME}"}`;
  expect(agentLog('promtail', line)).toEqual({
    ...NOTHING,
    pushes: [{ at, status: found, error: 'server said "no"' }],
  });
});

const REFLECTOR =
  'E1129 22:43:46.311152   17734 reflector.go:204] "Failed to watch" err="failed to list *v1.Pod: pods is forbidden: User \\"system:serviceaccount:logging-agents:agent\\" cannot list resource \\"pods\\" in API group \\"\\" at the cluster scope" logger="UnhandledError" reflector="k8s.io/client-go" type="*v1.Pod"';

test.each(['promtail', 'collector'] as const)('given a %s that may not list pods, the reason is found', (type) => {
  expect(agentLog(type, `${TIME} ${REFLECTOR}`)).toEqual({
    ...NOTHING,
    discovery: [
      {
        at,
        error:
          'pods is forbidden: User "system:serviceaccount:logging-agents:agent" cannot list resource "pods" in API group "" at the cluster scope',
      },
    ],
  });
});

const denied = (path: string) =>
  `${TIME} {"level":"error","msg":"Failed to open file - unreadable","error":"open ${path}: permission denied","original_path":"${path}"}`;

test.each(['promtail', 'collector'] as const)('given a file that a %s may not read, it is found', (type) => {
  expect(agentLog(type, denied('/logs/app/a.log')).unreadable).toMatchObject([{ at, path: '/logs/app/a.log' }]);
});

test('given a file that the Collector may read again, it is no longer found', () => {
  const readable = `${TIME} {"level":"info","msg":"Previously unreadable file is now readable","path":"/logs/app/a.log"}`;
  const log = [denied('/logs/app/a.log'), denied('/logs/app/b.log'), readable].join('\n');
  expect(agentLog('collector', log).unreadable).toMatchObject([{ path: '/logs/app/b.log' }]);
});

test('given lines without a time, or that are no JSON, they are read all the same', () => {
  expect(agentLog('collector', `\nnull\n[1]\n{"msg":5}\n{"msg"\n${REFLECTOR}`).discovery).toEqual([
    { error: expect.stringMatching(/^pods is forbidden/) as string },
  ]);
});
