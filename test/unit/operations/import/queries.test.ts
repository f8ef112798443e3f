/** Queries of dashboards and rule files of before: whether they find here what they found, and what to write instead. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseExpression } from '../../../../src/alerts/logql';
import command from '../../../../src/operations/import/command';
import { judgeFile, judgeFolder } from '../../../../src/operations/import/logql/folder';
import { judge, type Judgement } from '../../../../src/operations/import/logql/judge';
import type { Origin } from '../../../../src/operations/import/logql/label-map';
import { queryReport } from '../../../../src/operations/import/logql/report';
import { fillVariables } from '../../../../src/operations/import/logql/variables';

const FOLDER = join(__dirname, '../../../fixtures/queries');
const PROMTAIL: Origin = { jobEndsWith: 'app', cluster: undefined };

/** What a query becomes; where nothing does, why. */
function become(query: string, origin: Partial<Origin> = {}): string {
  const { verdict, rewritten, why } = judge(query, { ...PROMTAIL, ...origin });
  return verdict === 'good' ? query : (rewritten ?? `${verdict}: ${why.join('; ')}`);
}

describe('given a folder of dashboards, rule files and ConfigMaps', () => {
  const files = judgeFolder(FOLDER, PROMTAIL);

  test('then this is said of it', () => {
    expect(queryReport('queries', files)).toMatchSnapshot();
  });

  test('and every query that is given instead is LogQL', () => {
    const rewritten = files
      .flatMap(({ queries }) => queries)
      .flatMap(({ judgement }) => judgement.rewritten ?? [])
      .filter((query) => !query.startsWith('label_values'));
    expect(rewritten.length).toBeGreaterThan(3);
    for (const query of rewritten) {
      const { errors, faults } = parseExpression(fillVariables(query).text);
      expect([query, errors, faults]).toEqual([query, [], []]);
    }
  });

  test('and a query that is given instead is left as it is', () => {
    for (const { judgement } of files.flatMap(({ queries }) => queries)) {
      const { rewritten } = judgement;
      if (rewritten !== undefined && !rewritten.startsWith('label_values')) expect(become(rewritten)).toBe(rewritten);
    }
  });

  test('and queries of other programs are only counted', () => {
    expect(files.find(({ file }) => file === 'configmaps.yaml')).toMatchObject({ others: 1 });
  });
});

test.each([
  // as it is
  ['{namespace="shop", app="api", container!=""} |~ "a+$" | json | duration > 5', undefined],
  ['sum by (app) (rate({job=~"$job"}[$__rate_interval]))', undefined],
  ['{app="api"} | json | level=~"error|warn"', undefined],
  ['{app="api"} | json | stream="stderr"', undefined],
  ['{app="api"} | regexp "(?P<stream>out|err)" | stream="err"', undefined],
  ['{app="api"} | line_format "{{ $x := .pod }}{{ $x }}"', undefined],
  // other names
  ['{node_name="n1"}', '{node="n1"}'],
  ['{service_name=~".+"}', '{service=~".+"}'],
  ['sum by (k8s_namespace_name) (rate({app="a"}[1m]))', 'sum by (namespace) (rate({app="a"}[1m]))'],
  ['{app="a"} | json | node_name="n"', '{app="a"} | json | node="n"'],
  ['{app="a"} | trace_id="1"', '{app="a"} | traceId="1"'],
  // beside the line
  ['{pod="p"}', '{job=~".+"} | pod="p"'],
  ['{app="a", pod=~`p\\d`} |= "x"', '{app="a"} | pod=~`p\\d` |= "x"'],
  ['rate({app="a",pod="p"}[5m])', 'rate({app="a"} | pod="p" [5m])'],
  ['rate({app="a",pod="p"}[5m]|= "x")', 'rate({app="a"}[5m]| pod="p" |= "x")'],
  ['{filename="/var/log/syslog"}', '{job=~".+"} | filename="/var/log/syslog"'],
  ['{app=~".*", pod="p"}', '{job=~".+", app=~".*"} | pod="p"'],
  // namespace and app in one
  ['{job="a/b"}', '{namespace="a", app="b"}'],
  ['{job=~"a/b-.*"}', '{namespace="a", app=~"b-.*"}'],
  ['{job=~".*/(b|c)"}', '{app=~"(b|c)"}'],
  ['{job=~"$ns/.+"}', '{namespace="$ns"}'],
  ['{job=~"a/b|a/c"}', '{namespace="a", app=~"b|c"}'],
  ['{job=~"a/b|c/b"}', '{namespace=~"a|c", app="b"}'],
  ['{job=~"a.b/c"}', '{namespace=~"a.b", app="c"}'],
  ['{app!="x", job!="a/b"}', '{job=~".+", app!="x"} | (namespace!="a" or app!="b")'],
  ['{app="x", job!~"kube-.*/.*"}', '{app="x", namespace!~"kube-.*"}'],
  // levels
  ['{level="ERROR"}', '{level="error"}'],
  ['{app="a", level!~"(?i)trace|debug"}', '{app="a", level!="debug"}'],
  ['{app="a"} | severity=~"warning|critical"', '{app="a"} | level=~"warn|error"'],
  ['{app="a"} | json | level="ERROR"', '{app="a"} | json | level_extracted="ERROR"'],
  ['{app="a"} | logfmt | service!="x"', '{app="a"} | logfmt | service_extracted!="x"'],
  // what every line had, and what no line has
  ['{app="a", stream=~".+"}', '{app="a"}'],
  ['{app="a", instance!="x"}', '{app="a"}'],
  ['sum by (app, stream) (rate({app="a"}[1m]))', 'sum by (app) (rate({app="a"}[1m]))'],
  ['sum by (stream, app) (rate({app="a"}[1m]))', 'sum by (app) (rate({app="a"}[1m]))'],
])('given %s, then it becomes %s', (query, expected) => {
  expect(become(query)).toBe(expected ?? query);
});

test.each([
  ['{stream="stderr"}', /level/],
  ['{app="a", instance=~"$instance"}', /namespace/],
  ['{filename=~"/var/log/pods/.+"}', /no file name/],
  ['{filename=~"$file"}', /no file name/],
  ['{job="integrations/kubernetes/eventhandler"}', /events/],
  ['{job=~"a/b/c"}', /app alone/],
  ['{level="loud"}', /error, warn, info, debug/],
  ['{app="a"} | stream="stderr"', /level/],
  ['sum(rate({app="a"}[1m])) / sum(rate({made_up="x"}[1m]))', /made_up/],
])('given %s, then nothing is found, and it is said what comes near', (query, near) => {
  expect(become(query)).toMatch(/^nothing: /);
  expect(become(query)).toMatch(near);
});

test('given an alternative that no line fulfils, then lines come by the other', () => {
  expect(judge('{app="a"} | pod="p" or stream="stderr"', PROMTAIL)).not.toMatchObject({ verdict: 'nothing' });
});

describe('given a cluster in a query', () => {
  test('when the stack file has none, then all lines are of one', () => {
    expect(become('{cluster="eu", app="a"}')).toBe('{app="a"}');
  });

  test('when the stack file has it, then it stays', () => {
    expect(become('{cluster=~"eu|us", app="a"}', { cluster: 'eu' })).toBe('{cluster=~"eu|us", app="a"}');
  });

  test('when the stack file has another, then nothing is found', () => {
    expect(become('{cluster="us", app="a"}', { cluster: 'eu' })).toMatch(/^nothing: .*cluster="eu"/);
  });
});

test('given labels that the stack file has besides, then they stay', () => {
  const origin = { labels: ['component'], beside: ['instance'] };
  expect(become('{component="c", instance="i"}', origin)).toBe('{component="c"} | instance="i"');
});

test('given lines of the chart k8s-monitoring, then a job ends with the container', () => {
  expect(become('{job="a/b"}', { jobEndsWith: 'container' })).toBe('{namespace="a", container="b"}');
});

test.each([
  ['[$__interval]', 'rate({app="a"}[$__interval])'],
  ['[[x]] in a range', 'rate({app="a"}[[[x]]])'],
  ['a number with a unit', 'rate({app="a"}[${__range_s}s])'],
  ['an offset', 'rate({app="a"}[5m] offset $back)'],
  ['a number', 'topk($n, sum by ($by) (rate({app="a"}[$__auto]))) > $least'],
  ['a format', '{app=~"${app:regex}"} |~ "(?i)$search"'],
  ['a label', '{$label="x", app="a"} | $field="y"'],
])('given a variable as %s, then the query is read', (_where, query) => {
  expect(become(query)).toBe(query);
});

test('given a query that is a variable, then it cannot be read', () => {
  expect(judge('$query', PROMTAIL)).toMatchObject({ verdict: 'unreadable' } satisfies Partial<Judgement>);
});

describe('given a file', () => {
  const found = (text: string) => judgeFile('x', Buffer.from(text), PROMTAIL);

  test('when it is JSON with tabs, then it is read', () => {
    expect(found('{\n\t"expr": "{app=\\"a\\"}"\n}').queries).toHaveLength(1);
  });

  test('when it is a dashboard of the second model, then the language is that of its query', () => {
    const query = (group: string) => ({ kind: 'DataQuery', group, spec: { expr: '{app="a"}' } });
    const elements = { a: query('loki'), b: query('prometheus') };
    expect(found(JSON.stringify({ spec: { elements } }))).toMatchObject({
      others: 1,
      queries: [{ query: '{app="a"}' }],
    });
  });

  test('when it is no text, then that is said', () => {
    expect(judgeFile('x', Buffer.from([0xff, 0xfe]), PROMTAIL).unreadable).toMatch(/UTF-8/);
  });
});

describe('given the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'queries-'));
  const queries = join(folder, 'queries');
  const options = { stack: 'moved', project: folder, config: undefined, chart: undefined, replace: true };
  let told = '';
  beforeAll(() => {
    cpSync(join(FOLDER, 'rules'), queries, { recursive: true });
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
  });
  beforeEach(() => (told = ''));
  afterAll(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  test('when it gets a folder alone, then no stack file is written', async () => {
    expect(await command.run(options, [queries])).toBe(1);
    expect(readdirSync(folder)).toEqual(['queries']);
    expect(told).toContain('1 as they are, 1 to rewrite, 1 without lines here');
  });

  test('when it gets values as well, then the labels are those of their chart', async () => {
    writeFileSync(
      join(queries, 'k8s.rules'),
      'groups: [{ rules: [{ record: a, expr: \'rate({job="a/b", cluster="eu"}[1m])\' }] }]',
    );
    writeFileSync(
      join(folder, 'values.yaml'),
      'cluster: { name: eu }\ndestinations: [{ name: loki, type: loki, url: http://loki.logging.svc }]',
    );
    await command.run(options, [join(folder, 'values.yaml'), queries]);
    expect(told).toContain('rate({namespace="a", container="b", cluster="eu"}[1m])');
  });

  test('when the stack file has further labels, then they stay', async () => {
    const agent = `{ labels: { stage: live }, podLabels: [{ type: metadata, name: instance, podLabel: a }, { type: label, name: component }] }`;
    writeFileSync(join(folder, 'Pulumi.moved.yaml'), `config: { "spywatcher-logs:agent": ${agent} }`);
    writeFileSync(
      join(queries, 'k8s.rules'),
      'groups: [{ rules: [{ record: a, expr: \'rate({stage="live", component="b", instance="c"}[1m])\' }] }]',
    );
    await command.run(options, [queries]);
    expect(told).toContain('now: rate({stage="live", component="b"} | instance="c" [1m])');
  });

  test('when every query stays, then all is well', async () => {
    rmSync(queries, { recursive: true });
    cpSync(join(FOLDER, 'rules'), queries, { recursive: true });
    writeFileSync(
      join(queries, 'fake', 'rules.yaml'),
      'groups: [{ rules: [{ record: a, expr: \'rate({app="a"}[1m])\' }] }]',
    );
    expect(await command.run(options, [queries])).toBe(0);
  });
});
