/** docs/retention.md: its examples are accepted, and its figures are those that are computed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadStackConfig, parseStackConfig } from '../../../src/config';
import { BESIDE_A_LINE, CHUNK_BYTES, INDEX_BYTES } from '../../../src/config/derived/sizing';
import { sizeReport } from '../../../src/operations/size/size';
import { S3 } from '../../support/config';
import { codeBlocks, ROOT } from '../../support/docs-page';

const page = readFileSync(join(ROOT, 'docs', 'retention.md'), 'utf8');

function settings(text: string): Record<string, object> {
  const { config } = parse(text) as { readonly config: Readonly<Record<string, object>> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.split(':')[1] ?? '', value]));
}

test('its two stack files are accepted', () => {
  const [retention = '', lifecycle = ''] = codeBlocks(page, 'yaml');
  const auth = {
    loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'] }, { name: 'audit' }] },
  };
  expect(() => parseStackConfig('retention', { environment: 'dev', auth, ...settings(retention) })).not.toThrow();
  const { storage } = settings(lifecycle);
  expect(() => parseStackConfig('lifecycle', { environment: 'dev', storage: { ...S3, ...storage } })).not.toThrow();
});

test('its table is what the command prints of the prod stack', () => {
  expect(codeBlocks(page, '').map((block) => block.trim())).toContain(sizeReport(loadStackConfig(ROOT, 'prod')));
});

test('its figures are those of the computation', () => {
  expect(page).toContain(`lines × bytes × ${CHUNK_BYTES} ×`);
  expect(page).toContain(`${INDEX_BYTES * 100} % of the chunks`);
  expect(page).toContain(`with ${BESIDE_A_LINE} bytes beside each`);
  expect(page).toContain(`${CHUNK_BYTES} and ${BESIDE_A_LINE} are measured`);
});
