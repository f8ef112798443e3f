/** The command synth in a folder of its own, on sources that are compiled for the test. */
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
const CDK8S = join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class SynthFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'synth-program-'));

  constructor() {
    mkdirSync(join(this.path, 'bin'));
    for (const name of ['cdk8s.yaml', 'bin/run.js', 'bin/commands.js', 'bin/arguments.js', 'bin/synth.js'])
      cpSync(join(ROOT, name), join(this.path, name));
    // What decides whether to compile is not under test: here everything is compiled.
    writeFileSync(join(this.path, 'bin', 'ensure-built.js'), 'exports.ensureBuilt = () => {};');
    buildSync({
      entryPoints: [join(ROOT, 'charts', 'main.ts')],
      outfile: join(this.path, 'lib', 'synth', 'main.js'),
      bundle: true,
      platform: 'node',
      logLevel: 'error',
    });
  }

  /** Writes a stack file. */
  stack(name: string, ...lines: readonly string[]): void {
    const text = ['config:', ...lines.map((line) => `  spywatcher-logs:${line}`), ''].join('\n');
    writeFileSync(join(this.path, `Pulumi.${name}.yaml`), text);
  }

  dist(...path: readonly string[]): string {
    return join(this.path, 'dist', ...path);
  }

  /** The program by itself. */
  run(...args: readonly string[]): Result {
    return this.node(join(this.path, 'bin', 'run.js'), 'synth', ...args);
  }

  /** The program below `cdk8s synth`. */
  cdk8s(...args: readonly string[]): Result {
    return this.node(CDK8S, 'synth', '--check-upgrade=false', ...args);
  }

  /** Runs the program, and kills it as soon as it is that far; gives whether it was. */
  killed(isReached: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(this.path, 'bin', 'run.js'), 'synth'], {
        env: environment(),
        stdio: 'ignore',
      });
      let reached = false;
      const look = (): void => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        try {
          reached = isReached();
        } catch {
          // A folder that is renamed while it is read.
        }
        if (reached) child.kill('SIGKILL');
        else setImmediate(look);
      };
      child.once('error', reject);
      child.once('exit', () => resolve(reached));
      look();
    });
  }

  /** Folders of runs beside dist/, which no run leaves behind. */
  drafts(): readonly string[] {
    return readdirSync(this.path).filter((name) => name.startsWith('.'));
  }

  /** Removes the stack files, and all that was written. */
  clear(): void {
    for (const name of readdirSync(this.path))
      if (/^(dist|\.dist-.*|Pulumi\..*|out)$/.test(name)) rmSync(join(this.path, name), { recursive: true });
    rmSync(join(this.path, 'lib', 'kept-dist'), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  private node(program: string, ...args: readonly string[]): Result {
    return spawnSync(process.execPath, [program, ...args], { cwd: this.path, env: environment(), encoding: 'utf8' });
  }
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CDK8S_')));
}

/** Every file of a folder with its contents; undefined where there is no folder. */
export function filesOf(folder: string): Readonly<Record<string, string>> | undefined {
  return existsSync(folder)
    ? Object.fromEntries(
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => statSync(join(folder, name)).isFile())
          .sort()
          .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      )
    : undefined;
}
