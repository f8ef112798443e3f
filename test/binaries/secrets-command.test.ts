/** `npm run secrets` as an operator runs it, at a terminal and in a pipe; and what it makes, as the cluster and the gateway read it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { secretTable } from '../../src/secrets/spec';
import type { StackConfigInput } from '../../src/config';
import { removeFolder, run, type RunResult, temporaryFolder } from '../../programs/program';
import { stack, variant } from '../../programs/rendered-stack';

const RUN = join(__dirname, '..', '..', 'bin', 'run.js');
/** What prod's owner is handed out. */
const HANDED_OUT = {
  S3_ACCESS_KEY_ID: 'AKIATEST',
  S3_SECRET_ACCESS_KEY: 'not-a-secret',
  ALERTMANAGER_OPERATORS: 'https://discord.com/api/webhooks/112233445566778899/not-a-secret',
};
const USAGE = 'usage: npm run --silent secrets -- --stack <stack>';
/** Whose password the Secrets of stack prod have as a hash alone. */
const OTHER = 'data-protection';

interface Secret {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData: Readonly<Record<string, string>>;
}
type Entries = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Stacks of the tests alone, in a project of their own. */
const STACKS = {
  byhand: {
    environment: 'staging',
    secretSource: { type: 'existing' },
    auth: {
      loki: { tenants: [{ name: 'app', write: ['promtail'], read: ['grafana', 'auditor'], erase: ['constructor'] }] },
    },
  },
  store: {
    environment: 'staging',
    secretSource: { type: 'externalSecrets', store: 'vault', prefix: 'teams/logs' },
    auth: { loki: { tenants: [{ name: 'app', write: ['promtail'], read: ['grafana', 'auditor'] }] } },
  },
  beating: {
    environment: 'staging',
    secretSource: { type: 'existing' },
    monitoring: { type: 'embedded' },
    alertmanager: {
      type: 'embedded',
      heartbeat: { egress: [{ cidr: '203.0.113.0/24', port: 443 }] },
      // Its variable would be the heartbeat's, if that had not a name of its own.
      receivers: [{ name: 'heartbeat-ruler', type: 'webhook', egress: [{ cidr: '203.0.113.0/24', port: 443 }] }],
    },
  },
} as const satisfies Readonly<Record<string, StackConfigInput>>;

let folder: string;
beforeAll(() => {
  folder = temporaryFolder('secrets');
  for (const [name, input] of Object.entries(STACKS)) {
    const config = Object.fromEntries(Object.entries(input).map(([key, value]) => [`spywatcher-logs:${key}`, value]));
    writeFileSync(join(folder, `Pulumi.${name}.yaml`), stringify({ config }));
  }
});
afterAll(() => removeFolder(folder));

let count = 0;
/** The path of something that does not exist yet. */
const fresh = (): string => join(folder, `new-${(count += 1)}`);

/** Runs the command in a pipe. */
const secrets = (args: readonly string[], options: Parameters<typeof run>[1] = {}): Promise<RunResult> =>
  run([process.execPath, RUN, 'secrets', ...args], options);
/** The same for a stack of the tests. */
const own = (name: keyof typeof STACKS, args: readonly string[], input?: string): Promise<RunResult> =>
  secrets([name, '--project', folder, ...args], input === undefined ? {} : { input });

function manifestsOf(text: string): readonly Secret[] {
  const documents = parseAllDocuments(text);
  // `kubectl apply` would not take what YAML does not.
  if ('empty' in documents) throw new Error('no manifests');
  for (const { errors } of documents) expect(errors).toEqual([]);
  return documents.map((document) => document.toJS() as Secret);
}

function secretOf(manifests: readonly Secret[], name: string): Secret {
  const found = manifests.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no Secret ${name}`);
  return found;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** The passwords in a file of `--passwords`, by name. */
function passwordsIn(file: string): Readonly<Record<string, string>> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, password] = /^(\S+) \([^)]+\): (\S+)$/.exec(line) ?? [];
      if (name === undefined || password === undefined) throw new Error('a line that names no password');
      return [name, password];
    }),
  );
}

/** Whether nginx would let this password pass by this htpasswd file: RFC 2307's SSHA. */
function verifies(htpasswd: string | undefined, name: string, password: string | undefined): boolean {
  const line = htpasswd?.split('\n').find((candidate) => candidate.startsWith(`${name}:{SSHA}`));
  const hash = Buffer.from(line?.slice(`${name}:{SSHA}`.length) ?? '', 'base64');
  const digest = createHash('sha1')
    .update(password ?? '')
    .update(hash.subarray(20))
    .digest();
  return line !== undefined && password !== undefined && digest.equals(hash.subarray(0, 20));
}

describe('given stack prod, in a pipe', () => {
  const { config } = stack('prod');
  let passwords: string;
  let result: RunResult;
  beforeAll(async () => {
    passwords = fresh();
    result = await secrets(['prod', '--passwords', passwords], { env: HANDED_OUT });
  });

  test('it prints every Secret of the table that nobody else makes, with its keys', () => {
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    const manifests = manifestsOf(result.stdout);
    for (const { apiVersion, kind } of manifests)
      expect({ apiVersion, kind }).toEqual({ apiVersion: 'v1', kind: 'Secret' });
    expect(
      manifests.map(({ metadata: { name, namespace }, stringData }) => [namespace, name, Object.keys(stringData)]),
    ).toEqual(
      secretTable(config)
        .filter(({ madeBy }) => madeBy === 'secretSource')
        .map(({ namespace, name, keys }) => [namespace, name, Object.keys(keys)]),
    );
  });

  test('what others hand out is from the environment', () => {
    expect(secretOf(manifestsOf(result.stdout), 'loki-s3').stringData).toEqual({
      credentials: `[default]\naws_access_key_id=${HANDED_OUT.S3_ACCESS_KEY_ID}\naws_secret_access_key=${HANDED_OUT.S3_SECRET_ACCESS_KEY}\n`,
    });
  });

  test('the passwords of the pods are those of the gateway', () => {
    const manifests = manifestsOf(result.stdout);
    const { users } = secretOf(manifests, 'gateway-users').stringData;
    for (const name of ['promtail', 'grafana']) {
      const { password } = secretOf(manifests, `gateway-credential-${name}`).stringData;
      expect(verifies(users, name, password)).toBe(true);
    }
  });

  test('those that no pod uses are in the file of --passwords, for its owner alone, and nowhere else', () => {
    const found = passwordsIn(passwords);
    expect(Object.keys(found)).toEqual([OTHER]);
    const { users } = secretOf(manifestsOf(result.stdout), 'gateway-users').stringData;
    expect(verifies(users, OTHER, found[OTHER])).toBe(true);
    expect(modeOf(passwords)).toBe('600');
    expect(result.stdout + result.stderr).not.toContain(found[OTHER]);
  });

  test('a second run makes other values, and does not write over the passwords of the first', async () => {
    const before = readFileSync(passwords, 'utf8');
    const again = await secrets(['prod', '--passwords', passwords], { env: HANDED_OUT });
    expect(again).toEqual({ code: 2, stdout: '', stderr: `${passwords} exists, and is not overwritten.\n` });
    expect(readFileSync(passwords, 'utf8')).toBe(before);
    const other = fresh();
    await secrets(['prod', '--passwords', other], { env: HANDED_OUT });
    expect(passwordsIn(other)[OTHER]).not.toBe(passwordsIn(passwords)[OTHER]);
  });

  test('without --passwords it prints nothing, and says that it wants it', async () => {
    const { code, stdout, stderr } = await secrets(['prod'], { env: HANDED_OUT });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      `--passwords <file> is wanted: there is no terminal to show the passwords of ${OTHER} on.`,
    );
    expect(stderr).toContain(USAGE);
  });

  test('without a value that others hand out, it names the variable and writes nothing', async () => {
    const file = fresh();
    const { S3_ACCESS_KEY_ID, ALERTMANAGER_OPERATORS } = HANDED_OUT;
    const { code, stdout, stderr } = await secrets(['prod', '--passwords', file], {
      env: { S3_ACCESS_KEY_ID, ALERTMANAGER_OPERATORS },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('Set S3_SECRET_ACCESS_KEY in the environment; nobody can make them up.\n');
    expect(existsSync(file)).toBe(false);
  });

  test('with --store it prints the same as entries', async () => {
    const file = fresh();
    const { code, stdout, stderr } = await secrets(['prod', '--store', '--passwords', file], { env: HANDED_OUT });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const entries = JSON.parse(stdout) as Entries;
    expect(Object.keys(entries)).toEqual(manifestsOf(result.stdout).map(({ metadata }) => metadata.name));
    expect(verifies(entries['gateway-users']?.['users'], OTHER, passwordsIn(file)[OTHER])).toBe(true);
    expect(stdout).not.toContain(passwordsIn(file)[OTHER]);
  });
});

describe('given a terminal', () => {
  /** What the terminal shows; `script` is one for whoever runs in it. */
  async function atTerminal(args: string): Promise<{ readonly shown: string; readonly manifests: readonly Secret[] }> {
    const piped = fresh();
    const command = `'${process.execPath}' '${RUN}' secrets ${args} > '${piped}'`;
    const { code, stdout } = await run(['script', '--quiet', '--return', '--command', command, '/dev/null'], {
      env: HANDED_OUT,
    });
    expect(code).toBe(0);
    return { shown: stdout.replaceAll('\r', ''), manifests: manifestsOf(readFileSync(piped, 'utf8')) };
  }

  test('it shows the passwords that no pod uses', async () => {
    const { shown, manifests } = await atTerminal('prod');
    const [, password] = /^data-protection \(erase, spywatcher\): (\S+)\n$/.exec(shown) ?? [];
    expect(verifies(secretOf(manifests, 'gateway-users').stringData['users'], OTHER, password)).toBe(true);
  });

  test('and --passwords: it shows none', async () => {
    const file = fresh();
    const { shown, manifests } = await atTerminal(`prod --passwords '${file}'`);
    expect(shown).toBe('');
    expect(verifies(secretOf(manifests, 'gateway-users').stringData['users'], OTHER, passwordsIn(file)[OTHER])).toBe(
      true,
    );
  });
});

test('given a stack whose credentials all are of its pods, it wants no --passwords', async () => {
  const { code, stdout, stderr } = await secrets(['staging']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(manifestsOf(stdout).map(({ metadata }) => metadata.name)).toContain('gateway-credential-grafana');
});

describe('given a store', () => {
  test('its entries have the prefix of the config', async () => {
    const { code, stdout } = await own('store', ['--store', '--passwords', fresh()]);
    expect(code).toBe(0);
    const { config } = variant('store', STACKS.store);
    expect(Object.keys(JSON.parse(stdout) as Entries)).toEqual(
      secretTable(config)
        .filter(({ madeBy }) => madeBy === 'secretSource')
        .map(({ name }) => `teams/logs/${name}`),
    );
  });
});

/** A running stack: what its Secrets were made from, and Secret gateway-users as `kubectl get -o json` prints it. */
async function runningStack(name: keyof typeof STACKS): Promise<{
  readonly passwords: Readonly<Record<string, string>>;
  readonly users: string;
  readonly json: string;
}> {
  const file = fresh();
  const { stdout } = await own(name, ['--passwords', file]);
  const manifests = manifestsOf(stdout);
  const { stringData, ...secret } = secretOf(manifests, 'gateway-users');
  const data = Object.fromEntries(
    Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  const passwordOf = (credential: string): string =>
    secretOf(manifests, `gateway-credential-${credential}`).stringData['password'] ?? '';
  return {
    passwords: { promtail: passwordOf('promtail'), grafana: passwordOf('grafana'), ...passwordsIn(file) },
    users: stringData['users'] ?? '',
    json: JSON.stringify({ ...secret, data }),
  };
}

const read = (out: string, file: string): string => readFileSync(join(out, file), 'utf8');

describe.each<[kind: string, name: keyof typeof STACKS, suffix: string, contents: (text: string) => Entries]>([
  [
    'Secrets that are applied',
    'byhand',
    'yaml',
    (text) => {
      const { metadata, stringData } = parse(text) as Secret;
      return { [`${metadata.namespace}/${metadata.name}`]: stringData };
    },
  ],
  ['a store', 'store', 'json', (text) => JSON.parse(text) as Entries],
])('given a running stack with %s, a rotation of the agent’s password', (_, name, suffix, contents) => {
  const [usersAt, agentAt] =
    name === 'store'
      ? ['teams/logs/gateway-users', 'teams/logs/gateway-credential-promtail']
      : ['logging/gateway-users', 'logging-agents/gateway-credential-promtail'];
  const first = `1-gateway-users.${suffix}`;
  const second = `2-gateway-credential-promtail.${suffix}`;
  let out: string;
  let before: Awaited<ReturnType<typeof runningStack>>;
  let result: RunResult;
  beforeAll(async () => {
    out = fresh();
    before = await runningStack(name);
    result = await own(name, ['--rotate', 'promtail', '--out', out], before.json);
  });

  test('writes two steps and says where they are', () => {
    expect(result).toEqual({ code: 0, stdout: `${join(out, first)}\n${join(out, second)}\n`, stderr: '' });
    expect(readdirSync(out).toSorted()).toEqual([first, second]);
  });

  test('writes them for their owner alone', () => {
    expect([out, join(out, first), join(out, second)].map(modeOf)).toEqual(['700', '600', '600']);
  });

  test('first has the gateway take the old password and the new one, and all others as before', () => {
    const entries = contents(read(out, first));
    expect(Object.keys(entries)).toEqual([usersAt]);
    const { users, previous } = entries[usersAt] ?? {};
    const { password } = contents(read(out, second))[agentAt] ?? {};
    expect(password).not.toBe(before.passwords['promtail']);
    expect(verifies(users, 'promtail', password)).toBe(true);
    expect(verifies(previous, 'promtail', before.passwords['promtail'])).toBe(true);
    for (const other of ['grafana', 'auditor']) expect(verifies(users, other, before.passwords[other])).toBe(true);
  });

  test('then gives the agent the new one', () => {
    expect(Object.entries(contents(read(out, second))).map(([at, keys]) => [at, Object.keys(keys)])).toEqual([
      [agentAt, ['password']],
    ]);
  });

  test('never writes over what is there', async () => {
    const again = await own(name, ['--rotate', 'promtail', '--out', out], before.json);
    expect(again).toEqual({ code: 2, stdout: '', stderr: `${out} exists; --out wants a folder that does not.\n` });
    expect(readdirSync(out)).toHaveLength(2);
  });

  test('of a credential that no pod uses has its password as the second step', async () => {
    const other = fresh();
    const { code } = await own(name, ['--rotate', 'auditor', '--out', other], before.json);
    expect(code).toBe(0);
    const { users, previous } = contents(read(other, first))[usersAt] ?? {};
    expect(verifies(users, 'auditor', read(other, '2-password-of-auditor'))).toBe(true);
    expect(verifies(previous, 'auditor', before.passwords['auditor'])).toBe(true);
    expect(modeOf(join(other, '2-password-of-auditor'))).toBe('600');
  });
});

test('given a credential that is called as a property of every object, it has no pod', async () => {
  const out = fresh();
  const { code } = await own('byhand', ['--rotate', 'constructor', '--out', out], (await runningStack('byhand')).json);
  expect(code).toBe(0);
  expect(readdirSync(out).toSorted()).toEqual(['1-gateway-users.yaml', '2-password-of-constructor']);
});

describe('given what cannot be right, it says so in words and writes nothing', () => {
  const wrong = (args: readonly string[], message: string, input = ''): readonly [readonly string[], string, string] =>
    [args, message, input] as const;
  test.each<[string, ReturnType<typeof wrong>]>([
    ['no stack', wrong([], USAGE)],
    ['two stacks', wrong(['dev', 'staging'], USAGE)],
    ['an unknown option', wrong(['prod', '--password', 'x'], "'--password'")],
    ['--rotate without --out', wrong(['prod', '--rotate', 'promtail'], USAGE)],
    ['--out without --rotate', wrong(['prod', '--out', 'OUT'], USAGE)],
    [
      '--rotate with --store',
      wrong(['prod', '--store', '--rotate', 'promtail', '--out', 'OUT'], '--rotate goes without'),
    ],
    [
      '--rotate with --passwords',
      wrong(['prod', '--passwords', 'OUT', '--rotate', 'promtail', '--out', 'OUT'], '--rotate goes without'),
    ],
    ['a stack that is none', wrong(['nowhere'], 'Pulumi.nowhere.yaml')],
    ['a project without stacks', wrong(['prod', '--project', '/nowhere'], 'Pulumi.prod.yaml')],
    ['nothing on standard input', wrong(['prod', '--rotate', 'promtail', '--out', 'OUT'], 'this is no JSON')],
    [
      'something else than JSON on standard input',
      wrong(['prod', '--rotate', 'promtail', '--out', 'OUT'], 'this is no JSON', 'users: not-to-be-seen'),
    ],
    [
      'another Secret on standard input',
      wrong(
        ['prod', '--rotate', 'promtail', '--out', 'OUT'],
        'this is another object',
        '{"kind":"Secret","metadata":{"name":"not-to-be-seen"}}',
      ),
    ],
    [
      'a Secret of another stack on standard input',
      wrong(
        ['prod', '--rotate', 'promtail', '--out', 'OUT'],
        'is it of another one?',
        '{"kind":"Secret","metadata":{"name":"gateway-users"},"data":{"users":"eDp7U1NIQX14Cg=="}}',
      ),
    ],
    [
      'a credential that the stack does not have',
      wrong(
        ['prod', '--rotate', 'nobody', '--out', 'OUT'],
        'nobody is no credential of this stack: promtail, grafana, canary, data-protection',
        '{"kind":"Secret","metadata":{"name":"gateway-users"}}',
      ),
    ],
  ])('%s', async (_, [args, message, input]) => {
    const out = fresh();
    const { code, stdout, stderr } = await secrets(
      args.map((arg) => (arg === 'OUT' ? out : arg)),
      { input },
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at |not-to-be-seen/m);
    expect(existsSync(out)).toBe(false);
  });

  test('a folder where the file of passwords was to be', async () => {
    const taken = fresh();
    mkdirSync(taken);
    const { code, stdout, stderr } = await secrets(['prod', '--passwords', taken], { env: HANDED_OUT });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`${taken} exists, and is not overwritten.\n`);
  });
});

test('given a heartbeat, its URLs are asked for by names of their own', async () => {
  const args = ['beating', '--project', folder, '--passwords', fresh()];
  const { code, stderr } = await secrets(args);
  expect([code, stderr]).toEqual([
    2,
    'Set ALERTMANAGER_HEARTBEAT_RULER, HEARTBEAT_RULER, HEARTBEAT_PROMETHEUS in the environment; nobody can make them up.\n',
  ]);
  const url = (name: string): string => `https://hc-ping.com/${name}`;
  const { stdout } = await secrets(args, {
    env: {
      ALERTMANAGER_HEARTBEAT_RULER: url('hook'),
      HEARTBEAT_RULER: url('ruler'),
      HEARTBEAT_PROMETHEUS: url('prometheus'),
    },
  });
  const made = parseAllDocuments(stdout).map((document) => document.toJS() as Secret);
  expect(made.find(({ metadata }) => metadata.name === 'alertmanager-receivers')?.stringData).toEqual({
    'heartbeat-ruler': url('hook'),
    heartbeat_ruler: url('ruler'),
    heartbeat_prometheus: url('prometheus'),
  });
});
