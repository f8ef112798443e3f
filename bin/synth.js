/** `cdk8s synth` runs this, see cdk8s.yaml: every stack file → `dist/<stack>/`. */
'use strict';
require('node:module').enableCompileCache();
const { existsSync, readdirSync, rmdirSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { parseOptions } = require('./arguments');

const root = join(__dirname, '..');
const { output, 'cdk8s-output': own } = parseOptions(
  { output: { type: 'string' }, 'cdk8s-output': { type: 'string' } },
  `usage: npm run synth               renders every stack file into dist/<stack>/
       node bin/synth.js             the same, without cdk8s
  --output <folder>          instead of dist/
  --cdk8s-output <folder>    set by cdk8s.yaml: the output folder that cdk8s has without --output`,
);
const dist = join(root, 'dist');
/** dist/ as it was written last: `cdk8s synth --output dist` deletes it before it runs this. */
const kept = join(root, 'lib', 'kept-dist');
/** Where cdk8s, which runs this, expects files. It has deleted what was there. */
const wanted = process.env.CDK8S_OUTDIR;
const runsInCdk8s = own !== undefined && wanted !== undefined;
const isItsOwn = runsInCdk8s && resolve(wanted) === resolve(root, own);
const folder = resolve(output ?? (wanted === undefined || isItsOwn ? dist : wanted));

const say = (line) => process.stderr.write(`${line}\n`);

require('./ensure-built').ensureBuilt();
const { copyFolder, synthesize } = require('../lib/synth/main');

const hasDeleted = runsInCdk8s && !isItsOwn && !existsSync(wanted);
const isBack = hasDeleted && folder === dist && existsSync(kept);
if (isBack) copyFolder(kept, dist);
try {
  for (const warning of synthesize(root, folder)) say(`warning: ${warning}`);
  if (folder === dist) copyFolder(dist, kept);
  if (isItsOwn) {
    copyFolder(dist, wanted);
    say(`dist/ is written. It is in ${own}/, too, where cdk8s looks for it:`);
  }
} catch (error) {
  say(error.name === 'ConfigError' || error.name === 'AggregateError' ? error.message : error.stack);
  if (runsInCdk8s) refuseInCdk8s();
  else process.exitCode = 1;
}

/** After a failed app, cdk8s shows a stack trace of its own; where its folder is not there, one line. Both times it fails. */
function refuseInCdk8s() {
  if (hasDeleted)
    say(
      `\ncdk8s deleted ${wanted} before it ran this, as it does with --output.${isBack ? ' It is here again as it was written last.' : ''}`,
    );
  // With its folder in place it would list the files as if they were new.
  if (isBack || (existsSync(wanted) && readdirSync(wanted).length > 0)) process.exitCode = 1;
  else if (existsSync(wanted)) rmdirSync(wanted);
}
