/** Deploys a stack by `pulumi up`, where its programs are on PATH. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseDocument } from 'yaml';
import { PROJECT, SECRETS_KEY, type StackConfig } from '../src/config';
import { generateSecretValues } from '../src/secrets/values';
import type { SecretValues } from '../src/secrets/row';
import type { Changes } from './runnable';
import { attempt, type Log, type Result } from './shell';

/** Programs that `pulumi up` needs. Neither is in a package registry. */
const PROGRAMS = ['pulumi', 'pulumi-language-nodejs', 'pulumi-resource-kubernetes'] as const;

/** Which of them are not on PATH; empty when `pulumi up` can run. */
export function missingPulumiPrograms(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return PROGRAMS.filter((program) => !folders.some((folder) => fs.existsSync(path.join(folder, program))));
}

export interface PulumiStackProps {
  /** Where the project's Pulumi.yaml is. */
  readonly project: string;
  /** Where the file backend, the passphrase and the stack's config with its secrets are kept. */
  readonly state: string;
  readonly stack: string;
  readonly config: StackConfig;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** @default - none */
  readonly overrides?: Changes;
  /** Secrets that are not generated. @default - none */
  readonly secrets?: SecretValues;
}

/** A Pulumi stack with a file backend. The repository's stack file is read, never written: secrets go to a copy. */
export class PulumiStack {
  private readonly configFile: string;

  constructor(private readonly props: PulumiStackProps) {
    this.configFile = path.join(props.state, `Pulumi.${props.stack}.yaml`);
  }

  /** Whether it has ever been deployed from here. */
  static exists(state: string): boolean {
    return fs.existsSync(path.join(state, '.pulumi'));
  }

  /** Creates the backend, the stack and its config. Secrets are generated once. */
  async prepare(): Promise<void> {
    const { state, project, stack, config, overrides = {}, kubeconfig, context } = this.props;
    fs.mkdirSync(state, { recursive: true, mode: 0o700 });
    const passphrase = path.join(state, 'passphrase');
    if (!fs.existsSync(passphrase))
      fs.writeFileSync(passphrase, randomBytes(24).toString('base64url'), { mode: 0o600 });
    const known = fs.existsSync(this.configFile) ? parseDocument(fs.readFileSync(this.configFile, 'utf8')) : undefined;
    const document = parseDocument(fs.readFileSync(path.join(project, `Pulumi.${stack}.yaml`), 'utf8'));
    for (const [key, value] of Object.entries(overrides))
      document.setIn(['config', ...`${PROJECT}:${key}`.split('.')], value);
    if (kubeconfig !== undefined) document.setIn(['config', 'kubernetes:kubeconfig'], kubeconfig);
    if (context !== undefined) document.setIn(['config', 'kubernetes:context'], context);
    for (const kept of [['encryptionsalt'], ['config', `${PROJECT}:${SECRETS_KEY}`]]) {
      const value: unknown = known?.getIn(kept);
      if (value !== undefined) document.setIn(kept, value);
    }
    fs.writeFileSync(this.configFile, document.toString(), { mode: 0o600 });
    // Creating a stack writes its salt into the config beside the Pulumi.yaml that it finds.
    fs.copyFileSync(path.join(project, 'Pulumi.yaml'), path.join(state, 'Pulumi.yaml'));
    await this.run('stack', 'select', '--create', stack);
    const isKnown = known?.hasIn(['config', `${PROJECT}:${SECRETS_KEY}`]) === true;
    const values = { ...(isKnown ? {} : generateSecretValues(config)), ...this.props.secrets };
    const secrets = Object.entries(values).flatMap(([key, value]) => [
      '--secret',
      `${PROJECT}:${SECRETS_KEY}.${key}=${value}`,
    ]);
    if (secrets.length > 0) await this.run('config', 'set-all', '--path', ...secrets);
  }

  /** Deploys. What a killed run has begun is taken over. */
  async up(): Promise<string> {
    const args = ['up', '--yes', '--skip-preview', '--suppress-progress'];
    if (await this.recover()) {
      // Objects of that run exist, and the state need not know them. The provider remembers this; the run below undoes it.
      const adopting = ['PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true', 'PULUMI_K8S_ENABLE_PATCH_FORCE=true'];
      succeeded('up', await this.start(adopting, args));
    }
    return this.run(...args);
  }

  async destroy(): Promise<string> {
    await this.recover();
    return this.run('destroy', '--yes', '--skip-preview', '--suppress-progress');
  }

  /** Runs a command on the stack, with its own config file. */
  async run(...args: readonly string[]): Promise<string> {
    return succeeded(args[0] ?? '', await this.attempt(...args));
  }

  /** {@link run}, whatever its exit code. */
  attempt(...args: readonly string[]): Promise<Result> {
    return this.start([], args);
  }

  /** Whether the last run was killed. Removes its lock, and from the state what it had only begun. */
  private async recover(): Promise<boolean> {
    const owners = this.lockOwners();
    if (owners.length === 0 || owners.some(isAlive)) return false;
    await this.run('cancel', '--yes');
    await this.run('refresh', '--yes', '--skip-preview', '--clear-pending-creates');
    return true;
  }

  /** Processes that have locked the stack. */
  private lockOwners(): readonly number[] {
    const folder = path.join(this.props.state, '.pulumi', 'locks', 'organization', PROJECT, this.props.stack);
    if (!fs.existsSync(folder)) return [];
    return fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => (JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as { readonly pid: number }).pid);
  }

  private start(environment: readonly string[], args: readonly string[]): Promise<Result> {
    const { project, state, stack } = this.props;
    const onStack = args[0] === 'stack' && args[1] === 'select' ? [] : ['--stack', stack];
    // The project has only what runs the program. The stack and its config are in the state folder.
    const where = ['stack', 'config', 'cancel'].includes(args[0] ?? '')
      ? ['--cwd', state]
      : ['--cwd', project, '--config-file', this.configFile];
    // The Kubernetes provider leaves its kubeconfig, keys included, in the folder for temporary files.
    const temporary = path.join(state, 'tmp');
    fs.mkdirSync(temporary, { recursive: true, mode: 0o700 });
    return attempt(
      'env',
      [
        `TMPDIR=${temporary}`,
        `PULUMI_BACKEND_URL=file://${state}`,
        `PULUMI_CONFIG_PASSPHRASE_FILE=${path.join(state, 'passphrase')}`,
        `PULUMI_HOME=${path.join(state, 'home')}`,
        'PULUMI_SKIP_UPDATE_CHECK=true',
        'PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true',
        ...environment,
        'pulumi',
        ...args,
        ...onStack,
        ...where,
        '--non-interactive',
      ],
      { timeout: 900 },
    );
  }
}

function succeeded(command: string, { code, stdout, stderr }: Result): string {
  if (code !== 0) throw new Error(`pulumi ${command} failed (${code}):\n${stdout}\n${stderr}`);
  return stdout;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Reports a deployment's result in one line. */
export function summarize(output: string, log: Log): void {
  const [, resources = ''] = output.split('\nResources:\n');
  const [counts = ''] = resources.split('\n\n');
  log(`Resources: ${counts.replace(/\s+/g, ' ').trim()}`);
}
