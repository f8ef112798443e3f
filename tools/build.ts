import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheFolder, projectRoot } from './cache';
import { withLock } from './lock';
import { MODULES, ModuleSpec, moduleOf, NOT_RUN, TOOL_NAMES, ToolModule, ToolName } from './programs';

export { TOOL_NAMES, ToolName } from './programs';

/** Where progress goes, one line at a time. */
export type Log = (line: string) => void;

interface Build {
  readonly folder: string;
  readonly spec: ModuleSpec;
  readonly version: string;
  readonly flags: readonly string[];
  /** Where the built programs lie. */
  readonly output: string;
}

const HEARTBEAT_MS = 30_000;

/** The version without `v` that `go.mod` requires of `upstream`. */
function requiredVersion(goMod: string, upstream: string): string {
  for (const line of goMod.split('\n')) {
    const [module, version] = line
      .trim()
      .replace(/^require\s+/, '')
      .split(/\s+/);
    if (module === upstream && version?.startsWith('v')) return version.slice(1);
  }
  throw new Error(`go.mod does not require ${upstream}`);
}

function describe(module: ToolModule): Build {
  const spec: ModuleSpec = MODULES[module];
  const folder = path.join(projectRoot(), 'tools', module);
  const goMod = fs.readFileSync(path.join(folder, 'go.mod'), 'utf8');
  const version = spec.upstream === undefined ? 'own' : requiredVersion(goMod, spec.upstream);
  const variables = Object.entries(spec.variables?.(version) ?? {});
  const flags = [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    `-tags=${(spec.tags ?? []).join(',')}`,
    // What only a debugger reads is a tenth of the compiler's work. Of the flags whose pattern fits, the last one counts.
    '-gcflags=all=-dwarf=false',
    ...NOT_RUN.map((packages) => `-gcflags=${packages}=-dwarf=false -N -l`),
    `-ldflags=${['-s', '-w', ...variables.map(([k, v]) => `-X ${k}=${v}`)].join(' ')}`,
  ];
  const hash = createHash('sha256').update(JSON.stringify([flags, spec.programs, spec.cgo ?? false]));
  for (const file of fs.readdirSync(folder, { encoding: 'utf8', recursive: true }).sort()) {
    if (/\.go$|^go\.(mod|sum)$/.test(file)) {
      hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(folder, file)));
    }
  }
  const key = `${module}-${version}-${hash.digest('hex').slice(0, 12)}`;
  return { folder, spec, version, flags, output: path.join(cacheFolder(), 'bin', key) };
}

function packageOf(spec: ModuleSpec, program: string): string {
  const { [program]: name } = spec.programs;
  if (name === undefined) throw new Error(`no package for program "${program}"`);
  if (spec.upstream === undefined || name.startsWith('./')) return name;
  return name === '' ? spec.upstream : `${spec.upstream}/${name}`;
}

/** Runs `go`, and shows what it printed only when it fails. */
async function runGo(args: readonly string[], folder: string, cgo: boolean): Promise<void> {
  const child = spawn('go', args, {
    cwd: folder,
    env: {
      ...process.env,
      CGO_ENABLED: cgo ? '1' : '0',
      // The user's own go.work and GOFLAGS are about their code, not about these modules.
      GOWORK: 'off',
      GOFLAGS: '',
      // The compiler collects its garbage less often: a fifth less CPU time, and at most some 2 GB of memory for each core.
      GOGC: '400',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot run go: ${error.message}`)));
    child.once('close', resolve);
  });
  if (code !== 0) {
    const lines = printed.split('\n').filter((line) => !line.startsWith('go: downloading'));
    throw new Error(`go ${args[0]} failed in ${folder}:\n${lines.slice(-30).join('\n')}`);
  }
}

/** The name that `go build` gives the program of a package. */
const executableName = (goPackage: string, module: string): string =>
  path.posix.basename(path.posix.join(module, goPackage));

async function compile(build: Build, wanted: readonly string[], log: Log): Promise<void> {
  const { folder, spec, version, output } = build;
  const packages = [...new Set(wanted.map((program) => packageOf(spec, program)))];
  const programs = Object.keys(spec.programs).filter((program) => packages.includes(packageOf(spec, program)));
  const what = `${path.basename(folder)} ${version} (${programs.join(', ')})`;
  const started = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
  log(`building ${what}`);
  const heartbeat = setInterval(() => log(`  still building ${what}: ${seconds()}`), HEARTBEAT_MS);
  const draft = `${output}.${process.pid}`;
  const built = path.join(draft, 'built');
  try {
    fs.mkdirSync(built, { recursive: true });
    // All in one call: while one is linked, others are compiled.
    await runGo(['build', ...build.flags, '-o', `${built}${path.sep}`, ...packages], folder, spec.cgo ?? false);
    fs.mkdirSync(output, { recursive: true });
    for (const program of programs) {
      const named = path.join(draft, program);
      fs.linkSync(path.join(built, executableName(packageOf(spec, program), path.basename(folder))), named);
      fs.renameSync(named, path.join(output, program));
    }
  } finally {
    clearInterval(heartbeat);
    fs.rmSync(draft, { recursive: true, force: true });
  }
  log(`built ${what} in ${seconds()}`);
}

/** Builds what is missing of the named programs of one module; returns the folder that holds them. */
async function ensureModule(module: ToolModule, wanted: readonly ToolName[], log: Log): Promise<string> {
  const build = describe(module);
  const missing = (): readonly ToolName[] => wanted.filter((name) => !fs.existsSync(path.join(build.output, name)));
  if (missing().length > 0) {
    await withLock(
      `${build.output}.lock`,
      async () => {
        const left = missing();
        if (left.length > 0) await compile(build, left, log);
      },
      () => log(`waiting for another build of ${module}`),
    );
  }
  return build.output;
}

/**
 * Builds what is missing of the named programs and tells where each is.
 * Programs are kept outside the work tree, by version and build settings, so
 * that a second call only looks them up. Safe to run several times at once.
 *
 * @param names - the programs wanted
 * @param log - receives the progress. @default - standard error
 * @returns the absolute path of each program
 */
export async function ensureTools<N extends ToolName>(
  names: readonly N[],
  log: Log = (line) => process.stderr.write(`${line}\n`),
): Promise<Record<N, string>> {
  const paths = {} as Record<N, string>;
  // One module after the other: two at once would compile twice what they share, the standard library above all.
  for (const module of new Set(names.map(moduleOf))) {
    const wanted = names.filter((name) => moduleOf(name) === module);
    const folder = await ensureModule(module, wanted, log);
    for (const name of wanted) paths[name] = path.join(folder, name);
  }
  return paths;
}

/** Where a program is, or would be once {@link ensureTools} has built it. */
export function toolPath(name: ToolName): string {
  return path.join(describe(moduleOf(name)).output, name);
}

/** The version of a program, without a leading `v`, as its go.mod requires it. */
export function toolVersion(name: ToolName): string {
  return describe(moduleOf(name)).version;
}

async function main(args: readonly string[]): Promise<void> {
  const names = args.includes('all') ? TOOL_NAMES : (args as readonly ToolName[]);
  const unknown = names.filter((name) => !TOOL_NAMES.includes(name));
  if (unknown.length > 0 || names.length === 0) {
    throw new Error(`usage: build.js all | ${TOOL_NAMES.join(' | ')}`);
  }
  const paths = await ensureTools(names);
  for (const name of names) process.stdout.write(`${name}\t${paths[name]}\n`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
