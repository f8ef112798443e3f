/** Dashboards beside a stack file. Rule files are in stack-file.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig } from '../../../src/config';
import { configError, ORDERS_DASHBOARD } from '../../support/config';

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
