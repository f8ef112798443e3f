/** local/preflight.sh on machines that lack something: programs that say so stand in for the machine's own. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '..', '..', '..', 'local', 'preflight.sh');
/** What the script itself runs on. */
const TOOLS = [
  'bash',
  'awk',
  'cat',
  'cut',
  'df',
  'dirname',
  'grep',
  'head',
  'ls',
  'node',
  'npm',
  'sed',
  'sort',
  'tail',
  'tr',
  'uname',
  'unshare',
  'true',
];

let machine: string;
let installed: string;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'preflight-'));
  chmodSync(machine, 0o755);
  installed = join(machine, 'apt-get-was-run');
  mkdirSync(join(machine, 'bin'));
  for (const tool of TOOLS) {
    const path = spawnSync('which', [tool], { encoding: 'utf8' }).stdout.trim();
    if (path !== '') symlinkSync(path, join(machine, 'bin', tool));
  }
  program('go', 'case "$*" in "env GOVERSION") echo go99.1;; *) echo /tmp;; esac');
  program('df', 'printf "Avail\\n500\\n"');
  program('awk', 'echo 64');
  program('apt-get', `touch ${installed}`);
});
afterEach(() => rmSync(machine, { recursive: true }));

/** Puts a program on the machine in the place of its own. */
function program(name: string, script: string): void {
  const path = join(machine, 'bin', name);
  rmSync(path, { force: true });
  writeFileSync(path, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
}

function preflight(mode: string, env: Readonly<Record<string, string>> = {}, user?: number): readonly string[] {
  const { status, stderr } = spawnSync(join(machine, 'bin', 'bash'), [SCRIPT, mode], {
    encoding: 'utf8',
    env: { PATH: join(machine, 'bin'), HOME: machine, CI: 'true', GATEWAY_PORT: '1', GRAFANA_PORT: '2', ...env },
    ...(user === undefined ? {} : { uid: user }),
  });
  expect(status).toBe(1);
  expect(stderr).toContain('nothing has been changed');
  expect(existsSync(installed)).toBe(false);
  return stderr.split('\n').filter((line) => line.startsWith('  - '));
}

test('given another system than Linux, it says what runs there', () => {
  program('uname', 'echo Darwin');
  expect(preflight('up')).toEqual([
    '  - The local cluster runs on Linux only, and this is Darwin: use a cluster you have with CONTEXT=<kube context>.',
  ]);
});

test('given no Go, it says which one to install', () => {
  rmSync(join(machine, 'bin', 'go'));
  expect(preflight('test').join()).toMatch(/Go is missing: install Go 1\.\d+(\.\d+)? or newer/);
});

test('given an old Go, it says which one to install', () => {
  program('go', 'case "$*" in "env GOVERSION") echo go1.12;; *) echo /tmp;; esac');
  expect(preflight('test').join()).toMatch(/Go 1\.12 is too old: install Go 1\.\d+/);
});

test('given a full disk, it says how much to free and where', () => {
  program('df', 'printf "Avail\\n1\\n"');
  expect(preflight('test').join()).toMatch(/Only 1 GiB are free on the disk of \S+: free \d+ GiB\./);
});

test('given too little memory, it says how much is needed', () => {
  program('awk', 'echo 1');
  // A cluster that runs already has its memory.
  if (!existsSync('/run/spywatcher-logs/namespace.json'))
    expect(preflight('test').join()).toMatch(/Only 1 GiB of memory are available/);
});

test.each([
  ['up', {}, ['10.213']],
  ['test', {}, ['10.213', '10.219']],
  ['test', { LOCAL_CLUSTER: 'g' }, ['10.219', '10.218']],
])('given a VPN with all addresses, `make %s` with %j needs those of %j', (mode, env, ranges) => {
  program('ip', 'for n in 213 214 215 216 217 218 219; do echo "10.$n.4.0/24 dev tun0"; done');
  expect(preflight(mode, env).filter((problem) => problem.includes('VPN'))).toEqual(
    ranges.map(
      (range) =>
        `  - This machine already routes part of ${range}.0.0/16, which the local cluster uses: disconnect the network or VPN that has it.`,
    ),
  );
});

test('given another user than root, it says how to go on', () => {
  const nobody = process.getuid?.() === 0 ? 65_534 : undefined;
  expect(preflight('test', {}, nobody).join()).toContain(
    'The local cluster needs root: run the command again with sudo',
  );
});

test('given a kube context that does not exist, it says so, and asks for neither root nor Go', () => {
  rmSync(join(machine, 'bin', 'go'));
  program('kubectl', 'exit 1');
  expect(preflight('up', { CONTEXT: 'nowhere' })).toEqual([
    '  - There is no kube context nowhere: choose one that `kubectl config get-contexts` lists.',
  ]);
});

describe('given a machine without the programs whose logs the tests collect, and without apt-get', () => {
  beforeEach(() => rmSync(join(machine, 'bin', 'apt-get')));

  test('the tests need them', () => {
    expect(preflight('test').join()).toMatch(
      /Some programs are missing: install what Debian has as .*\bredis-server\b/,
    );
  });

  test('`make up` does not', () => {
    expect(preflight('up').join()).toMatch(/Some programs are missing: /);
    expect(preflight('up').join()).not.toMatch(/redis-server|pgbouncer|postgresql/);
  });

  test('and one that is there is not asked for', () => {
    program('redis-server', 'exit 0');
    expect(preflight('test').join()).not.toContain('redis-server');
  });
});

test('given several problems, it reports all of them', () => {
  rmSync(join(machine, 'bin', 'go'));
  program('df', 'printf "Avail\\n1\\n"');
  expect(preflight('test').length).toBeGreaterThanOrEqual(2);
});

describe('given a port that another program holds', () => {
  let server: Server;
  let port: number;
  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('it names the port and how to choose another', () => {
    expect(preflight('up', { GATEWAY_PORT: String(port) }).join()).toContain(
      `Port ${port} is in use by another program: end it, or choose another port with GATEWAY_PORT=<port>.`,
    );
  });

  test('the tests do not need it', () => {
    rmSync(join(machine, 'bin', 'go'));
    expect(preflight('test', { GATEWAY_PORT: String(port) }).join()).not.toContain('Port');
  });
});
