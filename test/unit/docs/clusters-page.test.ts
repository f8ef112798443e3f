/** docs/clusters.md: its stack files are taken, and its variables are those that the command asks for. */
import { parse } from 'yaml';
import { parseStackConfig, PROJECT } from '../../../src/config';
import { freshValues } from '../../../src/secrets/values';
import { codeBlocks, readPage } from '../../support/docs-page';

const page = readPage('clusters.md');
const stacks = codeBlocks(page, 'yaml').map((text) => {
  const { config } = parse(text) as { readonly config: Readonly<Record<string, unknown>> };
  return parseStackConfig(
    'docs/clusters.md',
    Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(PROJECT.length + 1), value])),
  );
});

test('each of its stack files is one', () => {
  expect(stacks.length).toBeGreaterThan(1);
  for (const { cluster } of stacks) expect(cluster).toBeDefined();
});

test('given agents alone, npm run secrets asks for the variables of the page', () => {
  const alone = stacks.find(({ components }) => components !== undefined);
  if (alone === undefined) throw new Error('the page has no stack of agents alone');
  const { missing } = freshValues(alone, {});
  expect(missing).toEqual(['GATEWAY_AGENT_EAST', 'AGENT_GATEWAY_CA']);
  for (const name of missing) expect(page).toContain(`${name}=…`);
});

test('the agents of the page push to its gateway, by a credential that counts there', () => {
  const alone = stacks.find(({ components }) => components !== undefined);
  const open = stacks.flatMap(({ gateway }) => gateway.expose ?? []);
  expect(open.map(({ host }) => `https://${host}`)).toEqual([alone?.agent.gateway?.url]);
  expect(open.flatMap((expose) => expose.credentials.map(({ name }) => name))).toEqual([alone?.agent.credential]);
});
