import { logAggregationDashboard, LOKI_DATASOURCE_UID } from '../../../src/dashboards/log-aggregation';
import { LABELS, LEVELS } from '../../../src/log-model';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly datasource: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly queryType: string }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: unknown;
  readonly allValue?: string;
  readonly includeAll?: boolean;
  readonly multi?: boolean;
}

interface Model {
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

/** As Grafana reads it. */
const model = JSON.parse(JSON.stringify(logAggregationDashboard())) as Model;
const { panels, templating } = model;
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const panel = (title: string) => panels.find((candidate) => candidate.title === title);

describe('"Spywatcher - Log Aggregation"', () => {
  it('has the mission’s title', () => {
    expect(model).toMatchObject({ title: 'Spywatcher - Log Aggregation', uid: 'spywatcher-log-aggregation' });
  });

  it('has the mission’s five panels', () => {
    expect(panels.map(({ title, type }) => [title, type])).toEqual([
      ['Log Volume by Level', 'timeseries'],
      ['Log Counts by Level', 'stat'],
      ['Application Logs', 'logs'],
      ['Security Logs', 'logs'],
      ['Error Logs', 'logs'],
    ]);
  });

  it('has the mission’s variables', () => {
    expect(templating.list).toMatchObject([
      {
        name: 'job',
        type: 'query',
        query: { label: LABELS.job, type: 1 },
        multi: true,
        includeAll: true,
        allValue: '.+',
      },
      { name: 'level', type: 'custom', query: LEVELS.join(','), multi: true, includeAll: true, allValue: '.*' },
      { name: 'search', type: 'textbox' },
    ]);
  });

  it('asks for labels of the log model alone', () => {
    const known: readonly string[] = Object.values(LABELS);
    for (const query of queries) {
      const selectors = [...query.matchAll(/\{([^}]*)\}/g)].map(([, matchers = '']) => matchers);
      const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(','));
      const used = selectors.flatMap((matchers) =>
        [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, name = '']) => name),
      );
      expect(selectors).not.toEqual([]);
      expect([...used, ...grouped].filter((name) => !known.includes(name.trim()))).toEqual([]);
    }
  });

  it('uses in its queries the variables that it has, and Grafana’s own', () => {
    const names = new Set(queries.flatMap((query) => [...query.matchAll(/\$(\w+)/g)].map(([, name]) => name)));
    expect([...names].sort()).toEqual(['__auto', '__range', 'job', 'level', 'search']);
  });

  it('searches without regard to case in every panel', () => {
    for (const query of queries) expect(query).toContain('|~ "(?i)$search"');
  });

  it('shows the mission’s views', () => {
    expect(panel('Log Volume by Level')?.targets[0]?.expr).toBe(
      'sum by (level) (count_over_time({job=~"$job", level=~"$level"} |~ "(?i)$search" [$__auto]))',
    );
    expect(panel('Log Counts by Level')?.targets.map(({ expr }) => /level="(\w+)"/.exec(expr)?.[1])).toEqual([
      'error',
      'warn',
      'info',
    ]);
    expect(panel('Security Logs')?.targets[0]?.expr).toMatch(/^\{job="security"\}/);
    expect(panel('Error Logs')?.targets[0]?.expr).toMatch(/^\{job=~"\$job", level="error"\}/);
  });

  it('asks the datasource that is provisioned, each panel with its own letters', () => {
    for (const { datasource, targets } of panels) {
      expect(datasource).toEqual({ type: 'loki', uid: LOKI_DATASOURCE_UID });
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('lays no panel over another, in 24 columns', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
