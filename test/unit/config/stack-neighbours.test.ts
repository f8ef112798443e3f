/** Dashboards and copies of ConfigMaps' rules beside a stack file. Rule files that it names: stack-file.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig } from '../../../src/config';
import { configError, GUILD_RULES, ORDERS_DASHBOARD } from '../../support/config';

describe('given a folder of dashboards beside a stack file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'stack-neighbours-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(directory, name), content);
  const load = (dashboards: string, more = '') => {
    put(
      'Pulumi.test.yaml',
      `config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:grafana: { dashboards: ${dashboards} }\n${more}`,
    );
    return loadStackConfig(directory, 'test').grafana.dashboards;
  };
  const problems = (dashboards: string, more = '') => configError(() => load(dashboards, more)).problems;

  it('takes each of its JSON files by name, and leaves others alone', () => {
    mkdirSync(join(directory, 'boards', '.git'), { recursive: true });
    const customers = ORDERS_DASHBOARD.replace('"orders"', '"customers"').replace('Orders', 'Customers');
    put('boards/Orders of today.json', ORDERS_DASHBOARD);
    put('boards/B.JSON', customers);
    put('boards/README.md', '# Dashboards\n');
    expect(load('{ folder: boards }')).toEqual({
      folder: 'boards',
      title: 'Own',
      files: [
        { name: 'B.JSON', content: customers },
        { name: 'Orders of today.json', content: ORDERS_DASHBOARD },
      ],
    });
  });

  it('refuses a folder that is not there', () => {
    expect(problems('{ folder: absent }')).toEqual([
      {
        path: 'grafana.dashboards.folder',
        received: '"absent"',
        rule: 'a folder that can be read, from the folder of the stack file (missing)',
        remedy: 'check the path, or create the folder and put a dashboard into it',
      },
    ]);
  });

  it('refuses a folder without a dashboard', () => {
    mkdirSync(join(directory, 'boards'));
    put('boards/README.md', '# Dashboards\n');
    expect(problems('{ folder: boards }')).toEqual([
      {
        path: 'grafana.dashboards.folder',
        received: '"boards"',
        rule: 'a folder with a dashboard at least: a file whose name ends in .json',
        remedy: 'put one into it, or remove grafana.dashboards',
      },
    ]);
  });

  it('refuses a folder in it, whose dashboards Grafana would show elsewhere', () => {
    mkdirSync(join(directory, 'boards', 'more'), { recursive: true });
    put('boards/orders.json', ORDERS_DASHBOARD);
    expect(problems('{ folder: boards }')).toEqual([
      {
        path: 'grafana.dashboards.boards/more',
        received: '"more"',
        rule: 'no folder in the folder: its dashboards are in one folder of Grafana',
        remedy: 'move its files to boards, and remove it',
      },
    ]);
  });

  it('reports each file that is wrong, together with all else', () => {
    mkdirSync(join(directory, 'boards', 'folder.json'), { recursive: true });
    put('boards/a.json', '{ "uid": "a" "title": "A" }');
    put('boards/b.json', '{ "uid": "a b", "title": "B" }');
    put('boards/c.json', Buffer.from('\ufeff{}', 'utf16le'));
    const found = problems('{ folder: boards, title: General }', '  spywatcher-logs:gateway: { replicas: 0 }\n');
    expect(found.map(({ path, rule }) => [path, rule])).toEqual([
      ['grafana.dashboards.boards/c.json', 'text in UTF-8; this is UTF-16'],
      ['grafana.dashboards.boards/folder.json', expect.stringContaining('(a folder, not a file)') as string],
      ['gateway.replicas', expect.stringContaining('a whole number') as string],
      ['grafana.dashboards.title', expect.stringContaining('not General') as string],
      ['grafana.dashboards.boards/a.json', expect.stringMatching(/^a dashboard as JSON, .*position 13/) as string],
      ['grafana.dashboards.boards/b.json.uid', expect.stringContaining('a uid of 1 to 40') as string],
    ]);
  });
});

describe('given a folder with copies of ConfigMaps’ rules', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rule-copies-'));
    mkdirSync(join(directory, 'rules'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(directory, name), content);
  const load = (folder = 'rules', more = '') => {
    const configMaps = `{ folder: ${folder}, namespaces: [{ name: guilds }] }`;
    put(
      'Pulumi.test.yaml',
      `config:\n  spywatcher-logs:environment: dev\n  spywatcher-logs:alerting: { configMaps: ${configMaps} }\n${more}`,
    );
    return loadStackConfig(directory, 'test').alerting.configMaps?.files;
  };
  const problems = (folder?: string, more?: string) => configError(() => load(folder, more)).problems;

  it('takes each of them for a rule file of its ConfigMap, and leaves others alone', () => {
    put('rules/README.md', '# Rules\n');
    put('rules/guilds_guild.rules_a_b.yml', GUILD_RULES);
    expect(load()).toEqual([{ namespace: 'guilds', configMap: 'guild.rules', key: 'a_b.yml', content: GUILD_RULES }]);
  });

  it('has no rules where the folder has none', () => expect(load()).toEqual([]));

  it('refuses a folder that is not there yet', () => {
    expect(problems('absent')).toEqual([
      {
        path: 'alerting.configMaps.folder',
        received: '"absent"',
        rule: 'a folder that can be read, from the folder of the stack file (missing)',
        remedy: 'run npm run rules, which writes it',
      },
    ]);
  });

  it('refuses a file in its place', () => {
    put('text', '');
    expect(problems('text')).toMatchObject([
      { path: 'alerting.configMaps.folder', received: '"text"', remedy: 'check the path' },
    ]);
  });

  it('refuses a rule file that is no copy', () => {
    put('rules/mine.yaml', GUILD_RULES);
    expect(problems()).toEqual([
      {
        path: 'alerting.configMaps.rules/mine.yaml',
        received: '"mine.yaml"',
        rule: 'a file that npm run rules has written: <namespace>_<ConfigMap>_<key>',
        remedy: 'move it to another folder, and name it in alerting.files',
      },
    ]);
  });

  it('refuses a copy that cannot be read, together with all else', () => {
    put('rules/guilds_a_a.yaml', Buffer.from('\ufeffgroups: []\n', 'utf16le'));
    put('rules/guilds_b_b.yaml', GUILD_RULES.replace('severity: info', 'severity: page'));
    const found = problems('rules', '  spywatcher-logs:gateway: { replicas: 0 }\n');
    expect(found.map(({ path, rule, remedy }) => [path, rule, remedy])).toEqual([
      ['alerting.configMaps.rules/guilds_a_a.yaml', 'text in UTF-8; this is UTF-16', 'run npm run rules'],
      ['gateway.replicas', expect.stringContaining('a whole number') as string, expect.anything() as string],
      [
        'alerting.configMaps.guilds/b/b.yaml.groups[0].rules[0].severity',
        'a severity that routes know: critical, warning, info',
        'set the label severity to one of them',
      ],
    ]);
  });
});
