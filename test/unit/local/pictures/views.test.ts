import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forVersion, missingFrom, type View, viewsOf } from '../../../../local/pictures/views';
import { isRow, type Model, model, type Panel, stackModel } from '../../../../programs/dashboards';
import { stack } from '../../../../programs/rendered-stack';
import { everythingConfig } from '../../../support/config';
import { ROOT } from '../../../support/docs-page';

const panel = (id: number, title: string, y: number, h: number): Panel => ({
  id,
  title,
  type: 'timeseries',
  datasource: {},
  gridPos: { x: 0, y, w: 24, h },
  targets: [{ refId: 'A', expr: 'sum(rate({job="backend"}[$__auto]))', queryType: 'range' }],
  links: [],
});

const SMALL: Model = {
  title: 'Small',
  uid: 'small',
  panels: [
    panel(1, 'Lines', 0, 8),
    panel(2, 'Levels', 8, 4),
    {
      id: 3,
      title: 'Web server: $server nginx',
      type: 'row',
      collapsed: true,
      gridPos: { x: 0, y: 12, w: 24, h: 1 },
      panels: [panel(4, 'Requests', 13, 8), panel(5, 'Answers', 21, 6)],
    },
  ],
  templating: { list: [] },
  annotations: { list: [] },
};

const [OVERVIEW, ROW] = viewsOf(SMALL) as [View, View];

describe('given a dashboard with a row that is closed', () => {
  it('has a picture for its first panels, and one for the row, named without variables', () => {
    expect(viewsOf(SMALL).map(({ file }) => file)).toEqual(['small-overview.png', 'small-web-server-nginx.png']);
  });

  it('opens the row, with its panels beside it as Grafana keeps them', () => {
    expect(ROW.dashboard.panels.map(({ title }) => title)).toEqual([
      'Web server: $server nginx',
      'Requests',
      'Answers',
    ]);
    expect(ROW.dashboard.panels.filter(isRow)).toEqual([expect.objectContaining({ collapsed: false, panels: [] })]);
  });

  it('moves the row to the top, and keeps what is below what', () => {
    expect(ROW.dashboard.panels.map(({ gridPos }) => gridPos.y)).toEqual([0, 1, 9]);
    expect(OVERVIEW.dashboard.panels.map(({ gridPos }) => gridPos.y)).toEqual([0, 8]);
  });

  it('awaits the panels, and not the row', () => {
    expect(OVERVIEW.awaited).toEqual(['Lines', 'Levels']);
    expect(ROW.awaited).toEqual(['Requests', 'Answers']);
  });

  it('is as high as its panels, so that Grafana asks for all of them', () => {
    expect(ROW.height).toBe((1 + 8 + 6) * 38 + 40);
  });

  it('leaves the dashboard itself as it is', () => {
    expect(SMALL.panels).toHaveLength(3);
    expect(OVERVIEW.dashboard.uid).not.toBe(SMALL.uid);
    expect(ROW.dashboard.uid).not.toBe(OVERVIEW.dashboard.uid);
  });
});

describe.each([
  ['Log Aggregation', model],
  ['Logging Stack', stackModel(everythingConfig())],
] as const)('given the dashboard %s', (_, dashboard) => {
  const views = viewsOf(dashboard);

  it('has every panel in exactly one picture', () => {
    const all = dashboard.panels.flatMap((one) => (isRow(one) ? one.panels : [one]));
    expect(views.flatMap(({ awaited }) => awaited)).toEqual(all.map(({ title }) => title));
  });

  it('has a name and a uid of its own for each picture, which Grafana takes', () => {
    expect(new Set(views.map(({ file }) => file)).size).toBe(views.length);
    const uids = views.map((view) => view.dashboard.uid);
    expect(new Set(uids).size).toBe(views.length);
    for (const uid of uids) expect(uid).toMatch(/^[\w-]{1,40}$/);
  });
});

test('docs/pictures.md shows a picture of each view of the stack of `make up`, in this order, and no other', () => {
  const shown = Array.from(
    readFileSync(join(ROOT, 'docs', 'pictures.md'), 'utf8').matchAll(/\]\(pictures\/(\S+)\)/g),
    ([, file]) => file,
  );
  const files = [model, stackModel(stack('dev').config)].flatMap((one) => viewsOf(one).map(({ file }) => file));
  expect(shown).toEqual(files);
  expect(readdirSync(join(ROOT, 'docs', 'pictures')).sort()).toEqual([...files].sort());
});

describe('given a version of Grafana', () => {
  const expression = (version: string): string => JSON.stringify(forVersion(SMALL, version));

  it('hands 9, which does not know $__auto, the interval that it knows', () => {
    expect(expression('9.4.0-pre')).toContain('[$__interval]');
    expect(expression('9.4.0-pre')).not.toContain('$__auto');
  });

  it.each(['10.0.0', '13.2.0'])('leaves the queries for %s as they are', (version) => {
    expect(expression(version)).toBe(JSON.stringify(SMALL));
  });
});

describe('given a page that is being drawn', () => {
  const view = { awaited: ['Lines', 'Levels'] };
  const done = { titles: ['Levels', 'Lines'], loading: [], unanswered: 0 };

  it.each([
    ['a panel that is not there yet', { ...done, titles: ['Lines'] }, 'not there: Levels'],
    ['a panel that loads', { ...done, loading: ['Lines'] }, 'still loading: Lines'],
    ['a query without an answer', { ...done, unanswered: 2 }, '2 queries without an answer'],
  ])('waits for %s', (_, seen, missing) => {
    expect(missingFrom(view, seen)).toBe(missing);
  });

  it('waits for nothing once all is drawn', () => {
    expect(missingFrom(view, done)).toBeUndefined();
  });
});
