/**
 * Compiles the TypeScript sources when one of them has changed since the last build, so that no front door ever runs
 * a stale program. Costs a few milliseconds when nothing has changed.
 */
'use strict';
const { execFileSync } = require('node:child_process');
const {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const common = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'charts', 'src'];
/** What is compiled together: the product, and with it the tools that run it on this machine. */
const projects = {
  product: { config: 'tsconfig.build.json', inputs: common },
  local: {
    config: 'tsconfig.local.json',
    inputs: [
      ...common,
      'tsconfig.local.json',
      'local',
      'bench',
      'programs',
      'tools',
      'examples/backend',
      'test/sources',
    ],
  },
};

/** Path, size and time of every source file: a change of any of them, or a file more or less, changes it. */
function fingerprint(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return '';
  if (!stats.isDirectory()) return /\.(m?ts|json)$/.test(path) ? `${path} ${stats.size} ${stats.mtimeMs}\n` : '';
  return readdirSync(join(root, path))
    .filter((name) => name !== 'node_modules')
    .sort()
    .map((name) => fingerprint(`${path}/${name}`))
    .join('');
}

function lastBuild(stamp) {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined;
  }
}

/** Builds a project if need be; exits with the compiler's report if it does not compile. */
function ensureBuilt(name = 'product') {
  const { config, inputs } = projects[name];
  const lib = join(root, 'lib');
  const stamp = join(lib, `${name}.stamp`);
  const current = inputs.map(fingerprint).join('');
  if (lastBuild(stamp) === current) return;
  const { buildSync } = require('esbuild');
  mkdirSync(lib, { recursive: true });
  // Compiled beside the old build and then put in its place: another process may be running that one.
  const draft = mkdtempSync(join(lib, '.draft-'));
  try {
    execFileSync(
      process.execPath,
      [require.resolve('typescript/bin/tsc'), '-p', join(root, config), '--outDir', draft, '--incremental', 'false'],
      {
        cwd: root,
        stdio: ['ignore', 2, 2],
      },
    );
    // One file instead of some hundred: loading is most of what `cdk8s synth` does.
    buildSync({
      entryPoints: [join(draft, 'charts', 'main.js')],
      outfile: join(draft, 'synth', 'main.js'),
      bundle: true,
      platform: 'node',
      target: 'node22',
      logLevel: 'error',
    });
    // A page loads it as it is, without a bundler.
    buildSync({
      absWorkingDir: root,
      entryPoints: [join('src', 'logger', 'browser.mts')],
      outfile: join(draft, 'src', 'logger', 'browser.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'error',
    });
    for (const folder of readdirSync(draft)) {
      if (existsSync(join(lib, folder))) renameSync(join(lib, folder), join(draft, `old-${folder}`));
      renameSync(join(draft, folder), join(lib, folder));
    }
    writeFileSync(stamp, current);
  } catch (error) {
    process.stderr.write(
      error.status === undefined
        ? `${error.stack}\n`
        : 'The sources do not compile (above); nothing was rendered or applied.\n',
    );
    process.exitCode = 1;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  if (process.exitCode === 1) process.exit();
}

module.exports = { ensureBuilt };
if (require.main === module) ensureBuilt(process.argv[2]);
