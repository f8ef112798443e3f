/** A folder outside the repository in which somebody else uses the package: what `npm pack` makes, installed by npm. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** A file, or files by condition. */
export type ExportTarget = string | { readonly [condition: string]: ExportTarget };

interface Manifest {
  readonly version: string;
  readonly exports: ExportTarget;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package.json of the repository: its own, or an example's. */
export function manifest(directory = ''): Manifest {
  return JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8')) as Manifest;
}

/** A new folder below the system's temporary one. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'spywatcher-logs-package-'));
}

/** Runs a program, says on the console what is waited for, and gives its stdout. Its output is part of the error. */
export function run(directory: string, waitingFor: string, command: string, ...args: readonly string[]): string {
  return runWith(directory, {}, waitingFor, command, ...args);
}

function runWith(
  directory: string,
  environment: Readonly<Record<string, string>>,
  waitingFor: string,
  command: string,
  ...args: readonly string[]
): string {
  const started = Date.now();
  process.stderr.write(`package: ${waitingFor} …`);
  try {
    const env = { ...process.env, ...environment };
    return execFileSync(command, args, { cwd: directory, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 });
  } catch (error) {
    // A compiler's findings are on stdout, which the error's own message leaves out.
    const { message, stdout } = error as Error & { readonly stdout: string };
    throw new Error(`${message}\n${stdout}`, { cause: error });
  } finally {
    process.stderr.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  }
}

/** `npm pack` of the repository; gives the tarball's path. */
export function pack(directory: string): string {
  run(ROOT, 'npm pack', 'npm', 'pack', '--loglevel=error', '--pack-destination', directory);
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${directory}.`);
  return join(directory, tarball);
}

/** A folder with the package from the tarball installed by npm. */
export class Consumer {
  private constructor(readonly directory: string) {}

  /** A copy of an example with its dependencies. */
  static install(example: string, tarball: string): Consumer {
    const directory = join(temporaryFolder(), example);
    mkdirSync(directory);
    cpSync(join(ROOT, 'examples', example), directory, {
      recursive: true,
      filter: (path) => !/\/(node_modules|lib|dist)$/.test(path),
    });
    const { dependencies, ...rest } = manifest(join('examples', example));
    return Consumer.installed(directory, `a copy of ${example}`, rest, dependencies, tarball);
  }

  /** An empty folder with a compiler's config; `beside` names what else is installed, of what the repository has. */
  static installAlone(tarball: string, beside: readonly string[] = []): Consumer {
    const directory = join(temporaryFolder(), 'alone');
    mkdirSync(directory);
    cpSync(join(ROOT, 'examples', 'cdk8s-app', 'tsconfig.json'), join(directory, 'tsconfig.json'));
    const { devDependencies } = manifest();
    const wanted = ['typescript', '@types/node', ...beside].map((name) => [name, devDependencies[name] ?? ''] as const);
    return Consumer.installed(directory, 'an empty folder', {}, Object.fromEntries(wanted), tarball);
  }

  private static installed(
    directory: string,
    where: string,
    rest: object,
    dependencies: Readonly<Record<string, string>>,
    tarball: string,
  ): Consumer {
    const own = { ...dependencies, 'spywatcher-logs': `file:${tarball}` };
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...rest, dependencies: own }, undefined, 2));
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
    run(directory, `npm install in ${where}`, 'npm', 'install', ...flags, '--loglevel=error');
    return new Consumer(directory);
  }

  /** Adds a file of test/package/fixtures, under another name if one is given. */
  add(fixture: string, name = fixture): void {
    cpSync(join(__dirname, 'fixtures', fixture), join(this.directory, name));
  }

  /** `tsc` as the example configures it, of the example's own files. */
  compile(project = 'tsconfig.json'): void {
    this.node('tsc', [join('node_modules', 'typescript', 'bin', 'tsc'), '--project', project]);
  }

  /** `tsc` of everything in the folder, added files and the declarations of every library too. */
  compileAll(): void {
    this.compileWith({ skipLibCheck: false }, ['*']);
  }

  /** `tsc` of the example's own files under other options. */
  compileWith(compilerOptions: Readonly<Record<string, unknown>>, include: readonly string[] = ['*.ts']): void {
    const project = { extends: './tsconfig.json', compilerOptions, include };
    writeFileSync(join(this.directory, 'tsconfig.other.json'), JSON.stringify(project));
    this.compile('tsconfig.other.json');
  }

  /** Runs a program with Node and gives its stdout. */
  node(waitingFor: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
    return runWith(this.directory, environment, waitingFor, process.execPath, ...args);
  }

  remove(): void {
    rmSync(join(this.directory, '..'), { recursive: true, force: true });
  }
}
