/**
 * Every command: what it does, where it is, and what is compiled before it runs: the product, the product with what runs it on this
 * machine (`local`), or nothing, for a command that compiles itself what it needs.
 */
'use strict';

module.exports = {
  // what renders and applies a stack
  synth: { does: 'renders every stack file into dist/<stack>/', module: './synth' },
  import: ofProduct(
    'writes a stack file from the values of charts or from Loki’s config, and says what becomes of queries',
    'operations/import/command',
  ),
  secrets: ofProduct(
    'makes or rotates the Secrets of a stack that is applied without Pulumi',
    'operations/secrets/command',
  ),
  check: ofProduct(
    'lists the changes of a stack file that cannot be applied to the running stack',
    'operations/compare/command',
  ),
  rules: ofProduct(
    'copies rules from labelled ConfigMaps of a cluster to the folder beside the stack file',
    'operations/rules/command',
  ),
  size: ofProduct('prints how much disk Loki needs', 'operations/size/command'),
  // what looks at and changes a running stack
  status: ofProduct('prints the state of a running stack on one screen', 'operations/status/command'),
  logs: ofProduct(
    'prints lines of a running stack in the terminal, as they come with --follow',
    'operations/logs/command',
  ),
  doctor: ofProduct('names the broken link of the chain, and the remedy', 'operations/doctor/command'),
  resize: ofProduct('enlarges running volumes to the sizes in the stack file', 'operations/resize/command'),
  backup: ofProduct('copies Loki’s volume to a file', 'operations/backup/command'),
  restore: ofProduct('copies such a file back', 'operations/backup/restore-command'),
  erase: ofProduct('requests the deletion of all lines that name a person', 'operations/erase/command'),
  'bucket-tree': ofProduct('renames copied files for a bucket', 'operations/bucket-tree/command'),
  // what this machine runs
  'test:alerts': ofLocal('runs unit tests of log alerts on a real Loki', 'programs/alert-tests-command'),
  local: ofLocal('runs the local cluster: make up, make incident, make down and its own commands', 'local/command'),
  bench: ofLocal('measures the stack, and prints the tables of docs/figures.md', 'bench/command'),
  pictures: ofLocal(
    'takes the pictures of docs/pictures from a real Grafana on the local stack',
    'local/pictures/command',
  ),
  'capture-fixtures': ofLocal('captures test/fixtures from real programs', 'test/sources/command'),
  // what keeps the project well
  releases: ofLocal(
    'lists which pinned programs, images and packages have a newer release',
    'programs/releases/command',
  ),
  docs: { does: 'writes docs/reference from the sources', module: './generate-reference' },
  'check-dist': { does: 'lists the files of dist/ that differ from what synth renders', module: './check-dist' },
  verify: { does: 'runs every check and every tier of tests', module: './verify' },
};

function ofProduct(does, module) {
  return { does, compiles: 'product', module: `../lib/src/${module}` };
}

function ofLocal(does, module) {
  return { does, compiles: 'local', module: `../lib/${module}` };
}
