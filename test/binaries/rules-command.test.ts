/** `npm run rules` against a real API server, by somebody who has the right of docs/alerting.md and no other. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureBuilt } from '../../bin/ensure-built';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { type ApiServer, startApiServer } from '../support/api-server';
import { GUILD_RULES } from '../support/config';
import { readPage } from '../support/docs-page';

const RUN = join(__dirname, '..', '..', 'bin', 'run.js');
const USER_RULES = GUILD_RULES.replace('GuildErrors', 'UserErrors');

let api: ApiServer;
let kubectl: string;
let project: string;
let kubeconfig: string;

const put = async (...objects: readonly object[]): Promise<void> => {
  const { code, stderr } = await api.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], objects);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
};
const configMap = (namespace: string, name: string, data: object, labels: object = { loki_rule: '' }): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, labels },
  data,
});

/** The Role and its binding, as the page shows them. */
function documentedRights(): readonly object[] {
  const block = readPage('alerting.md')
    .split('```yaml\n')
    .find((text) => text.startsWith('kind: Role\n'));
  return parseAllDocuments(block?.split('```')[0] ?? '').map((document) => document.toJS() as object);
}

beforeAll(async () => {
  ensureBuilt('product');
  ({ kubectl } = await programs('kubectl'));
  api = await startApiServer();
  project = mkdtempSync(join(tmpdir(), 'rules-command-'));
  const namespaces = ['ci', 'guilds', 'users'];
  await put(...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  await put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deploy', namespace: 'ci' } });
  const rights = documentedRights();
  expect(rights).toHaveLength(2);
  await put(...rights);
  const { stdout: token } = await api.kubectl(['-n', 'ci', 'create', 'token', 'deploy']);
  const own = JSON.parse(readFileSync(api.kubeconfig, 'utf8')) as object;
  kubeconfig = join(project, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify({ ...own, users: [{ name: 'admin', user: { token: token.trim() } }] }), {
    mode: 0o600,
  });
}, BUILD_TIMEOUT);
afterAll(async () => {
  rmSync(project, { recursive: true });
  await api.stop();
});

function rules(namespaces: string, ...args: readonly string[]) {
  writeFileSync(
    join(project, 'Pulumi.prod.yaml'),
    `config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:alerting: { configMaps: { folder: rules, namespaces: ${namespaces} } }\n`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [RUN, 'rules', 'prod', '--project', project, '--kubectl', kubectl, '--kubeconfig', kubeconfig, ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}
const GUILDS = '[{ name: guilds }]';
const COPY = 'rules/guilds_guild-rules_guilds.yaml';

test('the documented right is enough, and only labelled ConfigMaps are read', async () => {
  await put(
    configMap('guilds', 'guild-rules', { 'guilds.yaml': GUILD_RULES }),
    configMap('guilds', 'settings', { 'settings.yaml': 'a: 1' }, {}),
  );
  expect(rules(GUILDS, '--check')).toMatchObject({ status: 1, stdout: `added   rules/README.md\nadded   ${COPY}\n` });
  expect(rules(GUILDS)).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(project, COPY), 'utf8')).toBe(GUILD_RULES);
  expect(rules(GUILDS, '--check')).toMatchObject({ status: 0, stdout: '' });
});

test('wrong rules of the cluster change nothing, and all of them are reported', async () => {
  await put(
    configMap('guilds', 'guild-rules', { 'guilds.yaml': GUILD_RULES.replace('severity: info', 'severity: page') }),
    configMap('guilds', 'more-rules', { 'more.yaml': USER_RULES.replace('[5m]', '[5m') }),
  );
  const { status, stdout, stderr } = rules(GUILDS);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('Pulumi.prod.yaml: 2 problems, nothing was written or applied.');
  expect(stderr).toContain('  alerting.configMaps.guilds/guild-rules/guilds.yaml.groups[0].rules[0].severity\n');
  expect(stderr).toContain('  alerting.configMaps.guilds/more-rules/more.yaml.groups[0].rules[0].expr\n');
  expect(readFileSync(join(project, COPY), 'utf8')).toBe(GUILD_RULES);
});

test('a namespace without the right is named, with what the API server says, and nothing is written', () => {
  const { status, stdout, stderr } = rules('[{ name: guilds }, { name: users }]');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^ConfigMaps could not be listed, nothing was written:\n {2}users: .*\(Forbidden\)/);
  expect(stderr).not.toContain('guilds:');
});

test('the right reaches nothing else', async () => {
  const may = async (...args: readonly string[]): Promise<string> =>
    (await api.kubectl(['auth', 'can-i', ...args, '--as=system:serviceaccount:ci:deploy'])).stdout.trim();
  expect(await may('list', 'configmaps', '-n', 'guilds')).toBe('yes');
  for (const args of [
    ['list', 'configmaps', '--all-namespaces'],
    ['list', 'configmaps', '-n', 'users'],
    ['list', 'secrets', '-n', 'guilds'],
    ['update', 'configmaps', '-n', 'guilds'],
  ])
    expect(await may(...args)).toBe('no');
});
