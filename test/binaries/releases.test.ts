/** `npm run releases`: what Go and npm themselves tell of releases, from a proxy and a registry on this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { look } from '../../programs/releases/look';
import type { Pin } from '../../programs/releases/pins';

const MODULE = 'example.com/tool';
const NPM_PACKAGE = 'some-tool';

/** Go's proxy and npm's registry, as far as they are asked. */
const ANSWERS: Readonly<Record<string, string>> = {
  [`/${MODULE}/@v/list`]: 'v1.0.0\nv1.0.1\nv1.1.0\nv1.1.1\nv1.2.0-rc.1\n',
  // The newest one takes itself back.
  [`/${MODULE}/@v/v1.1.1.info`]: JSON.stringify({ Version: 'v1.1.1' }),
  [`/${MODULE}/@v/v1.1.1.mod`]: `module ${MODULE}\n\nretract v1.1.1\n`,
  [`/${NPM_PACKAGE}`]: JSON.stringify({
    name: NPM_PACKAGE,
    'dist-tags': { latest: '3.0.1' },
    versions: Object.fromEntries(
      ['2.0.0', '2.0.1', '3.0.1', '3.1.0-beta.1'].map((version) => [version, { name: NPM_PACKAGE, version }]),
    ),
  }),
};

let server: Server;
let project: string;
let before: NodeJS.ProcessEnv;

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const answer = Object.hasOwn(ANSWERS, url) ? ANSWERS[url] : undefined;
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  before = { ...process.env };
  project = mkdtempSync(join(tmpdir(), 'releases-'));
  Object.assign(process.env, {
    GOPROXY: address,
    GOSUMDB: 'off',
    GOFLAGS: '-modcacherw',
    GOMODCACHE: join(project, 'modules'),
    npm_config_registry: address,
    npm_config_cache: join(project, 'npm'),
  });
});

afterAll(async () => {
  process.env = before;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(project, { recursive: true, force: true });
});

const module_ = (name: string, version: string): Pin => ({ kind: 'module', name, version, file: 'tools/tool/go.mod' });
const npmPackage = (name: string): Pin => ({ kind: 'package', name, version: '2.0.0', file: 'package.json' });

test('a module’s releases are those of its proxy, without pre-releases and what was taken back', async () => {
  expect(await look(project, [module_(MODULE, 'v1.0.0')])).toMatchObject([{ inMinor: 'v1.0.1', atAll: 'v1.1.0' }]);
});

test('a package’s releases are those of its registry', async () => {
  expect(await look(project, [npmPackage(NPM_PACKAGE)])).toMatchObject([{ inMinor: '2.0.1', atAll: '3.0.1' }]);
});

test('what the proxy and the registry do not know does not keep the others from being looked at', async () => {
  const findings = await look(project, [
    module_('example.com/none', 'v1.0.0'),
    npmPackage('no-tool'),
    npmPackage(NPM_PACKAGE),
  ]);
  expect(findings[0]?.failure).toContain('go list -m: ');
  expect(findings[0]?.failure).toContain('404');
  expect(findings[1]?.failure).toContain('npm view no-tool: ');
  expect(findings[2]).toMatchObject({ atAll: '3.0.1' });
});
