/** `cdk8s synth` runs this, see cdk8s.yaml: every stack file → `dist/<stack>/`. */
'use strict';
require('node:module').enableCompileCache();
const { existsSync, readdirSync, rmdirSync } = require('node:fs');
const { join, resolve } = require('node:path');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
/** dist/ as it was written last: `cdk8s synth --output dist` deletes it before it runs this. */
const kept = join(root, 'lib', 'kept-dist');
const say = (line) => process.stderr.write(`${line}\n`);

const options = {
  output: { type: 'string', value: '<folder>', description: 'instead of dist/' },
  'cdk8s-output': {
    type: 'string',
    value: '<folder>',
    description: 'set by cdk8s.yaml: the output folder that cdk8s has without --output',
  },
};

function run({ output, 'cdk8s-output': own }) {
  /** Where cdk8s, which runs this, expects files. It has deleted what was there. */
  const wanted = process.env.CDK8S_OUTDIR;
  const runsInCdk8s = own !== undefined && wanted !== undefined;
  const isItsOwn = runsInCdk8s && resolve(wanted) === resolve(root, own);
  const folder = resolve(output ?? (wanted === undefined || isItsOwn ? dist : wanted));

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
    return 0;
  } catch (error) {
    const isRefused = error.name === 'ConfigError' || error.name === 'AggregateError';
    say(isRefused ? error.message : error.stack);
    if (runsInCdk8s) return refuseInCdk8s(wanted, hasDeleted, isBack);
    return isRefused ? 1 : 2;
  }
}

/** After a failed app, cdk8s shows a stack trace of its own; where its folder is not there, one line. Both times it fails. */
function refuseInCdk8s(wanted, hasDeleted, isBack) {
  if (hasDeleted)
    say(
      `\ncdk8s deleted ${wanted} before it ran this, as it does with --output.${isBack ? ' It is here again as it was written last.' : ''}`,
    );
  // With its folder in place it would list the files as if they were new.
  if (isBack || (existsSync(wanted) && readdirSync(wanted).length > 0)) return 1;
  if (existsSync(wanted)) rmdirSync(wanted);
  return 0;
}

module.exports = { options, run };
