/** README.md: its stack is one, and its report is what comes of it with two mistakes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseStackConfig, PROJECT } from '../../../src/config';
import { configError } from '../../support/config';
import { codeBlocks, ROOT } from '../../support/docs-page';

const page = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** A stack file's config, by its keys without the project's name. */
function settings(text: string): Record<string, object> {
  const { config } = parse(text) as { readonly config: Readonly<Record<string, object>> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(PROJECT.length + 1), value]));
}

const [example = ''] = codeBlocks(page, 'yaml');

test('a stack for production is no more than this', () => {
  expect(parseStackConfig('README.md', settings(example)).environment).toBe('prod');
});

test('given a misspelt key and an Ingress without TLS, the report is the one that is shown', () => {
  const { grafana, ...rest } = settings(example);
  const input = { ...rest, retention: { perod: '30d' }, grafana: { ...grafana, ingress: { className: 'nginx' } } };
  const { message } = configError(() => parseStackConfig('Pulumi.prod.yaml', input));
  expect(codeBlocks(page, '').map((block) => block.trim())).toContain(message.trim());
});
