/** Fails when `dist/` is not what `cdk8s synth` renders now. */
'use strict';
const { spawnSync } = require('node:child_process');
const { cpSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { parseOptions } = require('./arguments');

parseOptions({}, 'usage: node bin/check-dist.js     says what of dist/ is not what npm run synth renders');

const root = join(__dirname, '..');
const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
const run = (command, ...args) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status;
// What is not the app's stays in a folder that it writes, and is then no difference.
cpSync(join(root, 'dist'), fresh, { recursive: true });
const rendered = run(process.execPath, join(__dirname, 'synth.js'), '--output', fresh) === 0;
const same = rendered && run('diff', '-r', '-u', 'dist', fresh) === 0;
rmSync(fresh, { recursive: true });
if (!same) {
  process.stderr.write(
    rendered
      ? 'dist/ is stale (above, what is missing from it): run `npm run synth` and commit it.\n'
      : 'The stacks do not render.\n',
  );
  process.exitCode = 1;
}
