/** Fails when `dist/` is not what `cdk8s synth` renders now. */
'use strict';
const { spawnSync } = require('node:child_process');
const { cpSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '..');

function run() {
  const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
  const status = (command, ...args) =>
    spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status;
  try {
    // What is not the app's stays in a folder that it writes, and is then no difference.
    cpSync(join(root, 'dist'), fresh, { recursive: true });
    if (status(process.execPath, join(__dirname, 'run.js'), 'synth', '--output', fresh) !== 0)
      throw new Error('The stacks do not render.');
    if (status('diff', '-r', '-u', 'dist', fresh) === 0) return 0;
    process.stderr.write('dist/ is stale (above, what is missing from it): run `npm run synth` and commit it.\n');
    return 1;
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

module.exports = { options: {}, run };
