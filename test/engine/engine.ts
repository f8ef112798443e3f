/** The real Pulumi engine with a file backend, for tests. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { missingPulumiPrograms, PulumiStack, type PulumiStackProps } from '../../local/pulumi-stack';
import type { Result } from '../../local/shell';
import { PROJECT, SECRETS_KEY, type StackConfig, type StackConfigInput } from '../../src/config';
import { parseStackEntries } from '../../src/config/stack-file';
import type { SecretValues } from '../../src/secrets/row';

const root = join(__dirname, '..', '..');

export const log = (line: string): void => void process.stderr.write(`    engine: ${line}\n`);

const missing = missingPulumiPrograms();
if (missing.length > 0) log(`tests skipped, not on PATH: ${missing.join(', ')}`);

/** `describe` where the engine's programs are on PATH; elsewhere the tests are reported as skipped, and a line says why. */
export const describeWithEngine = missing.length === 0 ? describe : describe.skip;

/** Nobody is there, and nobody is told. */
const NOWHERE = { cidr: '203.0.113.16/32', port: 443 };

/**
 * What the test's stack has other than the stack file `dev`: what production asks for, every kind of secret that there is
 * without a bucket, and no wait for Grafana, whose image and servers are not there.
 */
const DIFFERENCES = {
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail', 'direct'], read: ['grafana', 'canary'] }] } },
  deploy: { skipAwait: ['grafana'] },
  grafana: {
    login: {
      oauth: {
        github: {
          clientId: 'github-client',
          organizations: ['spywatcher'],
          egress: [{ cidr: '140.82.112.0/20', port: 443 }],
        },
      },
      ldap: {
        host: 'ldap.example.com',
        bindDn: 'cn=grafana,dc=example,dc=com',
        searchBaseDns: ['ou=people,dc=example,dc=com'],
        groups: [{ dn: 'cn=admins,dc=example,dc=com', role: 'admin' }],
        egress: [{ cidr: '10.30.0.5/32', port: 636 }],
      },
    },
    database: {
      type: 'postgres',
      host: 'db.databases.svc',
      egress: [{ namespace: 'databases', podLabels: { app: 'postgres' }, port: 5432 }],
    },
    smtp: {
      host: 'mail.example.com',
      from: 'logs@example.com',
      user: 'watch',
      egress: [{ cidr: '10.30.0.6/32', port: 587 }],
    },
  },
  alertmanager: {
    type: 'embedded',
    receivers: [
      { name: 'channel', type: 'discord', egress: [NOWHERE] },
      { name: 'chat', type: 'slack', egress: [NOWHERE] },
      {
        name: 'mail',
        type: 'email',
        to: ['team@example.com'],
        from: 'alerts@example.com',
        host: 'mail.example.com',
        user: 'alerts',
        egress: [{ cidr: '10.30.0.6/32', port: 587 }],
      },
      { name: 'hook', type: 'webhook', auth: { type: 'bearer' }, egress: [NOWHERE] },
      { name: 'pager', type: 'pagerduty', egress: [NOWHERE] },
    ],
    routes: ['chat', 'mail', 'hook', 'pager'].map((receiver) => ({ receiver, continue: true })),
    fallback: 'channel',
    heartbeat: { egress: [NOWHERE] },
  },
} satisfies Partial<StackConfigInput>;

/** The config that the stack will have. Where it is none that is taken, these tests fail without an engine, too. */
export const engineConfig: StackConfig = parseStackEntries(
  'engine',
  Object.entries({
    ...stackFile('dev'),
    ...Object.fromEntries(Object.entries(DIFFERENCES).map(([key, value]) => [`${PROJECT}:${key}`, value])),
  }),
  root,
);

function stackFile(stack: string): Readonly<Record<string, unknown>> {
  // The shape of every stack file.
  const { config } = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), 'utf8')) as {
    readonly config: Readonly<Record<string, unknown>>;
  };
  return config;
}

/** A secret as a generator makes it, which is found wherever it should not be: there is none like it. */
export const planted = (): string => randomBytes(16).toString('hex');

export interface TestStackProps extends Partial<Pick<PulumiStackProps, 'project' | 'kubeconfig'>> {
  readonly secrets: SecretValues;
}

/** Stack `dev` in a backend of its own, under the system's folder for temporary files. */
export class TestStack {
  private readonly pulumi: PulumiStack;
  /** Backend, config with its secrets, passphrase. */
  readonly state = mkdtempSync(join(tmpdir(), 'engine-state-'));

  constructor(private readonly props: TestStackProps) {
    this.pulumi = new PulumiStack({
      project: root,
      stack: 'dev',
      config: engineConfig,
      overrides: DIFFERENCES,
      state: this.state,
      ...props,
    });
  }

  async prepare(): Promise<void> {
    await this.pulumi.prepare();
    for (const [path, value] of Object.entries(this.props.secrets)) await this.setSecret(path, value);
  }

  /** As `make up` deploys. */
  up(): Promise<string> {
    return this.pulumi.up();
  }

  /** A pulumi command; a failure is an error. */
  run(...args: readonly string[]): Promise<string> {
    return this.pulumi.run(...args);
  }

  /** A pulumi command, whatever its exit code. */
  attempt(...args: readonly string[]): Promise<Result> {
    return this.pulumi.attempt(...args);
  }

  /** `set('limits.ingestionBurst', '1MB')` */
  async set(path: string, value: string): Promise<void> {
    await this.run('config', 'set', '--path', `${PROJECT}:${path}`, value);
  }

  async unset(path: string): Promise<void> {
    await this.run('config', 'rm', '--path', `${PROJECT}:${path}`);
  }

  async setSecret(path: string, value: string): Promise<void> {
    await this.run('config', 'set', '--secret', '--path', `${PROJECT}:${SECRETS_KEY}.${path}`, value);
  }

  /** Resources of the state, as `pulumi stack export` has them. The ciphertexts are left out: they differ each time. */
  async resources(): Promise<readonly Resource[]> {
    const withoutCiphertext = (key: string, value: unknown): unknown => (key === 'ciphertext' ? '' : value);
    const { deployment } = JSON.parse(await this.run('stack', 'export'), withoutCiphertext) as {
      readonly deployment: { readonly resources?: readonly Resource[] };
    };
    return deployment.resources ?? [];
  }

  /** What the next `up` would do to each resource, by resource name. */
  async plannedChanges(): Promise<Readonly<Record<string, string>>> {
    const { steps } = JSON.parse(await this.run('preview', '--json')) as {
      readonly steps: readonly { readonly op: string; readonly urn: string }[];
    };
    const changes = steps
      .filter(({ op }) => op !== 'same')
      .map(({ op, urn }) => [urn.split('::').at(-1) ?? urn, op] as const);
    return Object.fromEntries(changes);
  }

  /** Starts `up` and kills it, as a crash would, once `reached`. */
  async killedUp(reached: () => Promise<boolean>): Promise<void> {
    const up = this.attempt('up', '--yes', '--skip-preview');
    while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 200));
    const locks = this.files().filter((file) => file.includes('/locks/') && file.endsWith('.json'));
    for (const file of locks) {
      const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { readonly pid: number };
      // What the engine has started would outlive it.
      for (const each of [pid, ...descendants(pid)]) process.kill(each, 'SIGKILL');
    }
    await up;
  }

  /** Every file that the engine has written: checkpoint, its backups, its history. */
  files(): readonly string[] {
    return readdirSync(join(this.state, '.pulumi'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  }

  remove(): void {
    rmSync(this.state, { recursive: true, force: true });
  }
}

/** Processes that a process has started, and those that they have. */
function descendants(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [...children, ...children.flatMap(descendants)];
}

/** A resource of the state. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
}

/** A copy of the project's sources that a test may edit: as fresh as a clone, nothing of it is compiled. */
export class ProjectCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'engine-project-'));

  constructor() {
    const sources = readdirSync(root).filter((name) =>
      /^(bin|charts|src|Pulumi.*\.yaml|tsconfig.*\.json|package.*\.json)$/.test(name),
    );
    for (const name of sources) cpSync(join(root, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a step and says how long it took. */
export async function timed<T>(what: string, step: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await step();
  log(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
