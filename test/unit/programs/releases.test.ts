/** `npm run releases`: tags of a registry that asks for a token, what cannot be asked, and how the command ends. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ending } from '../../../programs/releases/command';
import { formatFindings } from '../../../programs/releases/format';
import { type Finding, look } from '../../../programs/releases/look';
import type { Pin } from '../../../programs/releases/pins';

type Answer = (request: IncomingMessage, response: ServerResponse, address: string) => void;

/** A registry on this machine for one test. */
async function withRegistry<T>(answer: Answer, use: (address: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => answer(request, response, address()));
  const address = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(address());
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const image = (address: string, version = '3.7.8'): Pin => ({
  kind: 'image',
  name: `${address}/grafana/loki`,
  version,
  file: 'src/config/defaults.ts',
});

function json(response: ServerResponse, value: object, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** Like Docker's: each repository has a token of its own, and tags come in pages. */
const withToken: Answer = ({ url = '', headers }, response, address) => {
  const { pathname, searchParams } = new URL(url, `http://${address}`);
  if (pathname === '/token') json(response, { token: `${searchParams.get('service')} ${searchParams.get('scope')}` });
  else if (headers.authorization !== 'Bearer stub repository:grafana/loki:pull')
    response
      .writeHead(401, {
        'www-authenticate': `Bearer realm="http://${address}/token",service="stub",scope="repository:grafana/loki:pull"`,
      })
      .end();
  else if (searchParams.get('last') === null)
    json(
      response,
      { tags: ['3.7.9', '3.8.0-rc.1', 'latest'] },
      { link: '</v2/grafana/loki/tags/list?n=1000&last=latest>; rel="next"' },
    );
  else json(response, { tags: ['3.7.10', '3.6.20', 'main'] });
};

test('given a registry with tokens and pages, it reads all tags', async () => {
  const findings = await withRegistry(withToken, (address) => look('.', [image(address)]));
  expect(findings).toMatchObject([{ inMinor: '3.7.10', atAll: '3.7.10' }]);
});

test('given a registry that asks nobody, it reads the tags', async () => {
  const findings = await withRegistry(
    (_, response) => json(response, { tags: ['3.8.1'] }),
    (address) => look('.', [image(address)]),
  );
  expect(findings).toMatchObject([{ atAll: '3.8.1' }]);
  expect(findings[0]).not.toHaveProperty('inMinor');
});

const refused = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => {
  return (_, response) => void response.writeHead(status, headers).end();
};

test.each<readonly [string, Answer, string]>([
  ['does not have the image', refused(404), 'status 404'],
  [
    'wants a password',
    refused(401, { 'www-authenticate': 'Basic realm="here"' }),
    'it asks for a login: "Basic realm="here""',
  ],
  [
    'takes no token',
    ({ url }, response, address) => {
      if (url?.startsWith('/token') === true) json(response, { access_token: 'x' });
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${address}/token"` }).end();
    },
    'status 401',
  ],
  [
    'gives no token',
    ({ url }, response, address) => {
      if (url?.startsWith('/token') === true) json(response, {});
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${address}/token"` }).end();
    },
    'gives no token',
  ],
  [
    'continues elsewhere',
    (_, response) => json(response, { tags: [] }, { link: '<https://elsewhere.example.com/v2/next>; rel="next"' }),
    'continues at https://elsewhere.example.com',
  ],
])('given a registry that %s, the reason is told', async (_, answer, expected) => {
  const [finding] = await withRegistry(answer, (address) => look('.', [image(address)]));
  expect(finding?.failure).toContain(expected);
});

test('given one registry of two that cannot be reached, the other is looked at', async () => {
  const findings = await withRegistry(withToken, (address) => look('.', [image('127.0.0.1:1'), image(address)]));
  expect(findings[0]?.failure).toContain('ECONNREFUSED');
  expect(findings[1]).toMatchObject({ inMinor: '3.7.10' });
});

const found = (change: Partial<Finding> = {}): Finding => ({ ...image('registry.example.com'), ...change });
const minor = { at: 'minor', why: 'for a reason' } as const;

test.each<readonly [string, Partial<Finding>, number]>([
  ['nothing newer', {}, 0],
  ['a newer release', { atAll: '4.0.0' }, 1],
  ['a newer minor version than the held one', { atAll: '4.0.0', held: minor }, 0],
  ['a newer patch of the held minor version', { inMinor: '3.7.9', atAll: '4.0.0', held: minor }, 1],
  ['a newer patch than the held version', { inMinor: '3.7.9', atAll: '4.0.0', held: { ...minor, at: 'version' } }, 0],
  ['no answer', { failure: 'no answer' }, 2],
])('given %s, the command ends with it', (_, change, expected) => {
  expect(ending([found(), found(change)])).toBe(expected);
});

test('given a newer release and a pin that could not be looked at, it ends as with a newer release', () => {
  expect(ending([found({ failure: 'no answer' }), found({ atAll: '4.0.0' })])).toBe(1);
});

test('the table names what is newer, what is held and why, and what could not be looked at', () => {
  const text = formatFindings([
    found({ inMinor: '3.7.9', atAll: '4.0.0' }),
    found({ name: 'k8s.io/kubernetes', atAll: '4.0.0', held: minor }),
    found({ name: 'docker.io/grafana/grafana', failure: 'no answer' }),
  ]);
  expect(text.split('\n')).toEqual([
    '                                     pinned  newest of its minor  newest  pinned in',
    '! registry.example.com/grafana/loki  3.7.8   3.7.9                4.0.0   src/config/defaults.ts',
    '  k8s.io/kubernetes                  3.7.8   =                    4.0.0   src/config/defaults.ts: for a reason',
    '',
    'could not look:',
    '  docker.io/grafana/grafana 3.7.8: no answer',
    '',
    '3 pins: 1 have a newer release, 1 could not be looked at',
    '',
  ]);
});
