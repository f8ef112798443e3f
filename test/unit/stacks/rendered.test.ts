/** Stacks with what no stack of the repo has, as rendered: whoever reviews a change of a component sees each of its lines. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StackConfig, parseStackConfig } from '../../../src/config';
import { everythingConfig, otherwise, otherwiseAgents } from '../../support/config';
import { committed, RENDERED, renderedFiles } from '../../support/rendered-manifests';

/** The ring, Secrets from a store, TLS and all receivers; what excludes these; and agents alone. */
const STACKS: Readonly<Record<string, () => StackConfig>> = {
  everything: everythingConfig,
  otherwise: () => parseStackConfig('test', structuredClone(otherwise)),
  agents: () => parseStackConfig('test', structuredClone(otherwiseAgents)),
};

describe.each(Object.entries(STACKS))('given the stack with %s', (stack, config) => {
  const folder = join(RENDERED, stack);
  const files = renderedFiles(config());

  if (process.env['RENDERED'] === 'write') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  }
  const expected = committed(folder);

  it('there is a file for each chart', () => {
    expect(Object.keys(files)).toEqual(Object.keys(expected));
  });

  it.each(Object.keys(files))('%s is what is committed; after a meant change, npm run synth:test writes it', (name) => {
    expect(files[name]).toBe(expected[name]);
  });
});
