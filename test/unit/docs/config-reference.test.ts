/** The config reference: no path is missing, and each says what it is. */
import { configReference } from '../../../src/docs/config-reference';
import { everything } from '../../support/config';

const page = configReference();
/** Path → the other cells of its row. */
const rows = new Map(
  page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(/ (?<!\\)\| /))
    .map(([path = '', ...cells]) => [path.replaceAll('`', ''), cells]),
);

/** `a.b[].c` for every leaf; entries of mappings whose keys are the writer's own are their mapping's. */
function leaves(value: unknown, path: string): readonly string[] {
  if (rows.get(path)?.[0]?.startsWith('mapping of names to ') === true && !rows.has(`${path}.<name>.period`))
    return [path];
  if (Array.isArray(value)) return typeof value[0] === 'object' ? leaves(value[0], `${path}[]`) : [path];
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, rows.has(`${path}.<name>.period`) ? `${path}.<name>` : path === '' ? key : `${path}.${key}`),
  );
}

test('every option has its row', () => {
  const paths = leaves(everything, '');
  expect(paths.length).toBeGreaterThan(70);
  expect(paths.filter((path) => !rows.has(path))).toEqual([]);
});

test('every row says its type, its default and what it means', () => {
  const incomplete = [...rows].filter(
    ([, cells]) => cells.length < 2 || cells.at(-1)?.trim() === '' || cells[0] === '',
  );
  expect(incomplete).toEqual([]);
});

test.each([
  ['retention.period', 'duration', '`720h`'],
  ['retention.streams', 'list of mappings', '`[]`'],
  ['retention.streams[].selector', 'stream selector', '**required**'],
  ['retention.tenants.<name>.period', 'duration', '**required**'],
  ['environment', '`dev`, `staging`, `prod`', '**required**'],
  ['storage.endpoint', 'URL', '–'],
  ['auth.loki.tenants', 'list of mappings', '`[ { name: spywatcher, write: [ promtail ], read: [ grafana ] } ]`'],
  ['resources.loki.limits.cpu', 'CPU', '`"2"`'],
])('%s', (path, type, preset) => {
  expect(rows.get(path)?.slice(0, 2)).toEqual([type, preset]);
});

test('the secrets, and when each is needed', () => {
  expect(rows.get('secrets.grafana.secretKey')).toEqual(['at least 16 characters', 'always']);
  expect(rows.get('secrets.gateway.promtail')?.at(-1)).toBe('with `auth.loki.enabled`');
  expect(rows.get('secrets.s3.accessKeyId')?.at(-1)).toBe('with `storage.type: s3`');
});
