/** The config reference: no path is missing, and each says what it is. */
import { configReference } from '../../../src/docs/config-reference';
import { everything, otherwise } from '../../support/config';

const page = configReference();
/** Heading → path, or type, → the other cells of its row. */
const tables = new Map(
  page
    .split(/^##+ /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      const rows = lines.filter((line) => line.startsWith('| ')).slice(2);
      const cells = rows.map((line) => line.slice(2, -2).split(/ (?<!\\)\| /));
      return [heading, new Map(cells.map(([path = '', ...others]) => [path.replaceAll('`', ''), others]))];
    }),
);
const types = tables.get('Types') ?? new Map<string, readonly string[]>();
const options = [...tables].flatMap(([heading, rows]) =>
  heading === 'Types' ? [] : [...rows].map(([path, cells]) => ({ heading, path, cells })),
);

/** Every leaf of a value as the heading and the path that it is to be found at: `a.b[].c`. */
function leaves(value: unknown, path: string, heading: string): readonly (readonly [string, string])[] {
  if (Array.isArray(value) && typeof value[0] === 'object' && !isOneType(path, heading))
    return leaves(value[0], `${path}[]`, heading);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isOneType(path, heading))
    return [[heading, path]];
  const alternative = 'type' in value ? `${path}.type: ${String(value.type)}` : '';
  const table = tables.has(alternative) ? alternative : heading;
  // What the entries of a list are chosen from, the row of the list says.
  const chosen: readonly (readonly [string, string])[] =
    table === heading || path.endsWith('[]') ? [] : [[heading, path]];
  const isOfNames = tables.get(heading)?.get(path)?.[0]?.startsWith('mapping of names to ') === true;
  // Entries whose names are the writer's own: of text they are their mapping's, and mappings have rows below `<name>`.
  if (isOfNames && Object.values(value).every((entry) => typeof entry === 'string')) return [[heading, path]];
  const inner = Object.entries(value).flatMap(([key, entry]) =>
    leaves(entry, isOfNames ? `${path}.<name>` : `${path}.${key}`, table),
  );
  // A section has no row of its own for what is chosen in it.
  return path === heading ? inner : [...chosen, ...inner];
}

/** Whether the value, or an entry of the list, is of a type that has a name, and so no rows for its fields. */
function isOneType(path: string, heading: string): boolean {
  return types.has(tables.get(heading)?.get(path)?.[0]?.replace('list of ', '') ?? '');
}

test.each([
  ['everything', everything, 180],
  ['otherwise', otherwise, 20],
])('every option of %s has its row, in the table of what it belongs to', (_, config, atLeast) => {
  const found = Object.entries(config).flatMap(([section, value]) => leaves(value, section, section));
  expect(found.length).toBeGreaterThan(atLeast);
  // Below jsonData, names are those of a plugin; below settings, of Grafana.
  const rowOf = (path: string): string => path.replace(/(?<=\.jsonData|^grafana\.settings)\..*/, '');
  expect(found.filter(([heading, path]) => tables.get(heading)?.has(rowOf(path)) !== true)).toEqual([]);
});

test('every row says its type, its default and what it means', () => {
  const incomplete = options.filter(
    ({ cells }) => cells.length !== 3 || cells[0]?.trim() === '' || cells[2]?.trim() === '',
  );
  expect(incomplete).toEqual([]);
});

test('every type that is neither listed with its values nor plain YAML is explained', () => {
  const plain = ['text', 'mapping', 'mappings'];
  const unexplained = options
    .map(({ cells: [type = ''] }) => type.replace(/^(?:(?:list of|mapping of names to) )+/, ''))
    .filter((type) => !type.startsWith('`') && !type.startsWith('mapping: [') && !plain.includes(type))
    .filter((type) => !types.has(type));
  expect(unexplained).toEqual([]);
});

test.each([
  ['retention', 'retention.period', 'duration', '`720h`'],
  ['retention', 'retention.streams', 'list of mappings', '`[]`'],
  ['retention', 'retention.streams[].selector', 'stream selector', '**required**'],
  ['retention', 'retention.tenants.<name>.period', 'duration', '**required**'],
  ['limits', 'limits.tenants.<name>.ingestionRate', 'size', '–'],
  ['environment', 'environment', '`dev`, `staging`, `prod`', '**required**'],
  ['storage.type: s3', 'storage.endpoint', 'URL', '–'],
  ['resources', 'resources.loki.limits.cpu', 'CPU', '`"2"`'],
  ['gateway', 'gateway.tls', 'mapping', '–'],
  ['grafana', 'grafana.route.gateway', 'mapping', '**required**'],
  ['grafana', 'grafana.login.oauth.github.egress', 'list of destination', '**required**'],
  ['grafana.login.oauth.generic.type: oidc', 'grafana.login.oauth.generic.type', '`oidc`', '**required**'],
  ['grafana.login.oauth.generic.type: oidc', 'grafana.login.oauth.generic.roles.admin', 'list of plain text', '`[]`'],
  [
    'grafana.login.oauth.generic.type: discord',
    'grafana.login.oauth.generic.roles.admin',
    'list of Discord id',
    '`[]`',
  ],
  ['grafana.database.type: postgres', 'grafana.database.port', 'port', '`5432`'],
])('%s: %s', (heading, path, type, preset) => {
  expect(tables.get(heading)?.get(path)?.slice(0, 2)).toEqual([type, preset]);
});

test('a choice within a section leads to a table for each alternative', () => {
  expect(tables.get('grafana')?.get('grafana.database')?.slice(0, 2)).toEqual([
    'mapping: [`type: sqlite`](#grafanadatabasetype-sqlite) or [`type: postgres`](#grafanadatabasetype-postgres)',
    '`{ type: sqlite }`',
  ]);
  const anchors = [...tables.keys()].map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const targets = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
  expect(targets.length).toBeGreaterThanOrEqual(4);
  expect(targets.filter((anchor) => anchor === undefined || !anchors.includes(anchor))).toEqual([]);
});

test.each([
  [
    'limits of Loki',
    /^keys of Loki’s limits_config .*: `ingestion_rate_strategy` \(`global`, `local`\).*`max_query_range` \(time\)/,
  ],
  ['destination', /^addresses as \{ cidr, port \}, or pods as .*`cidr` \(CIDR\): .*`podLabels` \(mapping of names/],
  ['plain text', /^1 to 255 characters on one line/],
  ['port', /^1 to 65535$/],
  ['whole number', /^1 to 2147483647$/],
  ['RE2 expression', /^no look-around/],
  ['HTTPS URL', /^a URL with https,/],
  ['URL', /^a URL with http or https,/],
  ['log directory', /^an absolute folder/],
  ['state directory', /below \/var\/lib$/],
])('type %s says how it is written', (type, written) => {
  expect(types.get(type)?.[0]).toMatch(written);
});

test('the secrets have a page of their own', () => {
  expect(page).toContain('(secrets.md)');
  expect(page).not.toContain('secrets.grafana');
});
