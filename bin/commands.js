/**
 * Every command: what it does, where it is, and what is compiled before it runs: the product, the product with what runs it on this
 * machine (`local`), or nothing, for a command that compiles itself what it needs.
 */
'use strict';

module.exports = {
  // what renders and applies a stack
  synth: { does: 'renders every stack file into dist/<stack>/', module: './synth' },
  secrets: ofProduct(
    'makes or rotates the Secrets of a stack that is applied without Pulumi',
    'operations/secrets/command',
  ),
  check: ofProduct('says what of a stack file cannot be applied to what runs', 'operations/compare/command'),
  size: ofProduct('says how much disk Loki needs', 'operations/size/command'),
  // what looks at and changes a running stack
  status: ofProduct('one screen about a running stack', 'operations/status/command'),
  doctor: ofProduct('says which link of the chain is broken, and what to do', 'operations/doctor/command'),
  resize: ofProduct('lets running volumes grow to the sizes in the stack file', 'operations/resize/command'),
  backup: ofProduct('copies Loki’s volume to a file', 'operations/backup/command'),
  restore: ofProduct('copies such a file back', 'operations/backup/restore-command'),
  erase: ofProduct('has Loki delete the lines that name a person', 'operations/erase/command'),
  'bucket-tree': ofProduct('gives copied files the names of a bucket', 'operations/bucket-tree/command'),
  // what this machine runs
  'test:alerts': ofLocal('unit tests of log alerts, on a real Loki', 'programs/alert-tests-command'),
  local: ofLocal('the local cluster: make up, make down and its own commands', 'local/command'),
  bench: ofLocal('measures, and prints the tables of docs/figures.md', 'bench/command'),
  'capture-fixtures': ofLocal('has real programs write test/fixtures', 'test/sources/command'),
  // what keeps the project well
  docs: { does: 'writes docs/reference from the sources', module: './generate-reference' },
  'check-dist': { does: 'says what of dist/ is not what synth renders', module: './check-dist' },
  verify: { does: 'every check and every tier of tests, one after the other', module: './verify' },
};

function ofProduct(does, module) {
  return { does, compiles: 'product', module: `../lib/src/${module}` };
}

function ofLocal(does, module) {
  return { does, compiles: 'local', module: `../lib/${module}` };
}
