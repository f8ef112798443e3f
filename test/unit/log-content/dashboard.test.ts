import { logAggregationDashboard } from '../../../src/dashboards/log-aggregation';
import { exploreUrl, LOKI_DATASOURCE_UID } from '../../../src/dashboards/explore';
import { LABELS, LEVELS } from '../../../src/log-model';
import {
  AT_FIRST,
  exploreOf,
  interpolate,
  isRow,
  model,
  type Model,
  type Panel,
  panels,
  type Selection,
} from '../../../programs/dashboards';

/** Of a panel, what Grafana draws it with. */
interface Drawing {
  readonly title: string;
  readonly type: string;
  readonly options: { readonly legend?: { readonly showLegend: boolean } };
}

const rows = model.panels.filter(isRow);
const top = model.panels.filter((panel): panel is Panel => !isRow(panel));
const panel = (title: string) => panels.find((candidate) => candidate.title === title);
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe('"Spywatcher - Log Aggregation"', () => {
  it('has the mission’s title', () => {
    expect(model).toMatchObject({ title: 'Spywatcher - Log Aggregation', uid: 'spywatcher-log-aggregation' });
  });

  it('shows the mission’s five panels first', () => {
    expect(top.map(({ title, type }) => [title, type])).toEqual([
      ['Log Volume by Level', 'timeseries'],
      ['Log Counts by Level', 'stat'],
      ['Application Logs', 'logs'],
      ['Security Logs', 'logs'],
      ['Error Logs', 'logs'],
    ]);
  });

  it('has below a closed row for a request and for each source, so that only who looks asks', () => {
    expect(rows.map(({ title, collapsed }) => [title, collapsed])).toEqual(
      ['Request trace: $requestId', 'Backend', 'Security', 'Frontend', 'PostgreSQL', 'Redis', 'PgBouncer', 'Nginx'].map(
        (title) => [title, true],
      ),
    );
    for (const { panels: inside } of rows) expect(inside.length).toBeGreaterThan(1);
  });

  it('has the mission’s variables, and one for the request', () => {
    expect(model.templating.list).toMatchObject([
      {
        name: 'job',
        type: 'query',
        query: { label: LABELS.job, stream: '{job=~".+", namespace!~"$own"}', type: 1 },
        multi: true,
        includeAll: true,
        allValue: '..*',
      },
      { name: 'level', type: 'custom', query: LEVELS.join(','), multi: true, includeAll: true, allValue: '.*' },
      {
        name: 'own',
        type: 'custom',
        query: 'left out : logging|logging-agents,shown : -',
        current: { text: 'left out', value: 'logging|logging-agents' },
      },
      { name: 'search', type: 'textbox' },
      { name: 'requestId', type: 'textbox' },
    ]);
  });

  it('begins with the lines of applications, and with all lines where applications may share the stack’s namespaces', () => {
    const first = (adopt: boolean) => {
      const { templating } = JSON.parse(
        JSON.stringify(logAggregationDashboard({ namespaces: { logging: 'logs', agents: 'agents', adopt } })),
      ) as Model;
      return templating.list.find(({ name }) => name === 'own')?.current;
    };
    expect(first(false)).toMatchObject({ text: 'left out', value: 'logs|agents' });
    expect(first(true)).toMatchObject({ text: 'shown', value: '-' });
  });

  it.each(['Log Volume by Level', 'Log Counts by Level', 'Application Logs', 'Error Logs'])(
    '"%s" leaves out the stack’s own lines',
    (title) => {
      const { targets = [] } = panel(title) ?? {};
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr } of targets) expect(expr).toContain('{job=~"$job", namespace!~"$own", ');
    },
  );

  it('uses in its queries and titles the variables that it has, and Grafana’s own', () => {
    const texts = [...queries, ...model.annotations.list.map(({ expr }) => expr), ...rows.map(({ title }) => title)];
    const names = new Set(
      texts.flatMap((text) => [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name)).filter(Boolean),
    );
    expect([...names].sort()).toEqual(['__auto', '__range', 'job', 'level', 'own', 'requestId', 'search']);
  });

  it('searches without regard to case in every view of lines, a request’s own aside', () => {
    for (const { title, targets } of panels.filter(
      ({ type, title: name }) => type === 'logs' && !name.includes('Request'),
    ))
      for (const { expr } of targets)
        expect([title, expr]).toEqual([title, expect.stringContaining('|~ `(?i)${search:raw}`')]);
    for (const { targets } of top) for (const { expr } of targets) expect(expr).toContain('${search:raw}');
  });

  it('shows the mission’s views', () => {
    expect(panel('Log Volume by Level')?.targets[0]?.expr).toBe(
      'label_replace(sum by (level) (count_over_time({job=~"$job", namespace!~"$own", level=~"$level"} |~ `(?i)${search:raw}` [$__auto])), "level", "no level", "level", "")',
    );
    expect(panel('Log Counts by Level')?.targets.map(({ expr }) => /level="(\w+)"/.exec(expr)?.[1])).toEqual([
      'error',
      'warn',
      'info',
    ]);
    expect(panel('Security Logs')?.targets[0]?.expr).toMatch(/^\{job="security"\}/);
    expect(panel('Error Logs')?.targets[0]?.expr).toMatch(/^\{job=~"\$job", namespace!~"\$own", level="error"\}/);
  });

  it('shows of a request the lines of every job, and none while there is no id', () => {
    const [expr = ''] = panel('Lines of the Request')?.targets.map((target) => target.expr) ?? [];
    expect(interpolate(expr, { requestId: '' })).toBe('{job=~".+"} | requestId="" | requestId!=""');
  });

  it('marks deployments of the selected jobs', () => {
    expect(model.annotations.list).toMatchObject([
      {
        name: 'Deployments',
        enable: true,
        expr: '{job=~"$job"} | action="DEPLOYMENT" | json',
        titleFormat: '{{service}}',
        textFormat: '{{message}}',
        tagKeys: 'service',
        target: { expr: '{job=~"$job"} | action="DEPLOYMENT" | json' },
      },
    ]);
  });

  it('asks the datasource that is provisioned, each panel with its own letters and number', () => {
    for (const { datasource, targets } of panels) {
      expect(datasource).toEqual({ type: 'loki', uid: LOKI_DATASOURCE_UID });
      expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C'].slice(0, targets.length));
    }
    const ids = [...panels, ...rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it.each([['the top', model.panels] as const, ...rows.map((row) => [row.title, row.panels] as const)])(
    'lays no panel of %s over another, in 24 columns',
    (_, together) => {
      const cells = together.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_cell, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(together.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    },
  );

  it('shows the legend of every chart', () => {
    const drawings = JSON.parse(JSON.stringify(panels)) as readonly Drawing[];
    const charts = drawings.filter(({ type }) => type === 'timeseries');
    expect(charts.length).toBeGreaterThan(5);
    for (const { title, options } of charts) expect([title, options.legend?.showLegend]).toEqual([title, true]);
  });

  it('fills its lines: counts beside volume, and what is in a row below its title', () => {
    expect(panel('Log Volume by Level')?.gridPos).toEqual({ x: 0, y: 0, w: 16, h: 8 });
    expect(panel('Log Counts by Level')?.gridPos).toEqual({ x: 16, y: 0, w: 8, h: 8 });
    expect(panel('Application Logs')?.gridPos).toMatchObject({ x: 0, y: 8, w: 24 });
    for (const { gridPos, panels: inside } of rows)
      expect(Math.min(...inside.map(({ gridPos: { y } }) => y))).toBe(gridPos.y + 1);
  });
});

describe('a panel’s link to Explore', () => {
  const now = { __from: '1700000000000', __to: '1700003600000' };
  /** As Grafana makes the panel's query, and as Explore gets it from the link. */
  const both = (shown: Panel, selection: Selection) => ({
    panel: shown.targets.map(({ refId, expr, queryType }) => ({
      refId,
      expr: interpolate(expr, selection),
      queryType,
    })),
    explore: exploreOf(interpolate(shown.links[0]?.url ?? '', { ...selection, ...now }, String)).queries.map(
      ({ refId, expr, queryType }) => ({ refId, expr, queryType }),
    ),
  });
  // Grafana's own variables of time are left to Explore.
  const selections: readonly (readonly [string, Selection])[] = [
    ['as it is opened', { job: '..*', level: '.*', own: 'logging|logging-agents', search: '', requestId: '' }],
    [
      'with one job, one level and a search',
      { job: ['backend'], level: ['error'], own: '-', search: 'timed out', requestId: 'a-1' },
    ],
    [
      'with several jobs and levels',
      { job: ['backend', 'nginx'], level: ['error', 'warn'], own: '-', search: '', requestId: '' },
    ],
    [
      'with a regular expression and what a URL would take for its own',
      { job: ['backend'], level: '.*', own: 'a|b', search: "can't (get|put) /a?b=1&c=+#x.*", requestId: 'ü/1&b=2+%3' },
    ],
  ];

  it.each(selections)('opens, of a dashboard %s, the queries of its panel', (_, selection) => {
    for (const shown of panels) {
      const { panel: inPanel, explore } = both(shown, selection);
      expect([shown.title, explore]).toEqual([shown.title, inPanel]);
    }
  });

  it('takes the time range of the dashboard', () => {
    for (const { links } of panels)
      expect(exploreOf(interpolate(links[0]?.url ?? '', { ...AT_FIRST, ...now }, String)).range).toEqual({
        from: now.__from,
        to: now.__to,
      });
  });

  it('is one, asks the provisioned datasource, and leads into this Grafana', () => {
    for (const { links } of panels) {
      expect(links.map(({ title }) => title)).toEqual(['Explore']);
      const [{ url } = { url: '' }] = links;
      expect(url).toMatch(/^\/explore\?/);
      expect(exploreOf(interpolate(url, AT_FIRST, String)).queries).toContainEqual(
        expect.objectContaining({ datasource: { type: 'loki', uid: LOKI_DATASOURCE_UID } }),
      );
    }
  });

  // Grafana takes these for escaped line breaks and tabs, and removes them.
  it('has no back slash before n, r or t', () => {
    for (const { links } of panels) expect(decodeURIComponent(links[0]?.url ?? '')).not.toMatch(/\\[nrt]/);
  });

  it('is Markdown’s too: no parenthesis, star or quotation mark ends it', () => {
    const url = exploreUrl({ grafana: 'http://g', queries: [{ refId: 'A', expr: '!\'()*"', queryType: 'range' }] });
    expect(url.replaceAll(/\$\{[^}]*\}/g, '')).toMatch(/^[\w:/?=&%.-]+$/);
  });
});
