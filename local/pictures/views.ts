/** What is pictured of a dashboard: its first panels, and each row folded out. Each view is a dashboard of its own. */
import { isRow, type Model, type Panel, type RowPanel } from '../../programs/dashboards';

/** One picture. */
export interface View {
  /** Name of the picture's file, without a folder. */
  readonly file: string;
  /** The dashboard to open. */
  readonly dashboard: Model;
  /** Titles of the panels that must be drawn before the picture is taken. */
  readonly awaited: readonly string[];
  /** Height of the view in pixels. All panels are in sight, because Grafana asks for the others later. */
  readonly height: number;
}

/** What a panel takes of a page: a grid unit is 30 pixels high, with 8 pixels between two. Source: Grafana's GRID_CELL_HEIGHT and GRID_CELL_VMARGIN. */
const UNIT = 30;
const BETWEEN = 8;
/** Room above and below the panels. */
const MARGIN = 40;

/** Without the variables of a title. */
const slug = (title: string): string =>
  title
    .replaceAll(/\$\w+/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** The views of a dashboard, in its order. */
export function viewsOf(model: Model): readonly View[] {
  const parts = [
    { name: 'overview', panels: model.panels.filter((panel) => !isRow(panel)) },
    ...model.panels.filter(isRow).map((row) => ({ name: slug(row.title), panels: [foldedOut(row), ...row.panels] })),
  ];
  return parts.map(({ name, panels }, index) => viewOf(model, `${model.uid}-view-${index}`, name, panels));
}

/** A row as Grafana keeps one that is open: its panels stand beside it, not in it. */
function foldedOut(row: RowPanel): RowPanel {
  return { ...row, collapsed: false, panels: [] };
}

function viewOf(model: Model, uid: string, name: string, panels: readonly (Panel | RowPanel)[]): View {
  const highest = Math.min(...panels.map(({ gridPos }) => gridPos.y));
  const moved = panels.map((panel) => ({ ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y - highest } }));
  const units = Math.max(...moved.map(({ gridPos }) => gridPos.y + gridPos.h));
  return {
    file: `${model.uid}-${name}.png`,
    dashboard: { ...model, uid, title: `${model.title}: ${name}`, panels: moved },
    awaited: moved.filter((panel) => !isRow(panel)).map(({ title }) => title),
    height: units * (UNIT + BETWEEN) + MARGIN,
  };
}

/** Grafana before 10 does not know `$__auto`, the interval that Loki's queries take. It knows the same one as `$__interval`. */
export function forVersion(model: Model, version: string): Model {
  if (Number.parseInt(version, 10) >= 10) return model;
  return JSON.parse(JSON.stringify(model).replaceAll('$__auto', '$__interval')) as Model;
}

/** What a page shows at a moment. */
export interface Seen {
  /** Titles of the panels that are there. */
  readonly titles: readonly string[];
  /** Titles of the panels that still load. */
  readonly loading: readonly string[];
  /** Questions to datasources that are not answered yet. */
  readonly unanswered: number;
}

/** What a picture still waits for, or `undefined` once every panel is drawn. */
export function missingFrom(view: Pick<View, 'awaited'>, { titles, loading, unanswered }: Seen): string | undefined {
  const absent = view.awaited.filter((title) => !titles.includes(title));
  if (absent.length > 0) return `not there: ${absent.join(', ')}`;
  if (loading.length > 0) return `still loading: ${loading.join(', ')}`;
  return unanswered > 0 ? `${unanswered} queries without an answer` : undefined;
}
