/** Positions and ids of panels. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { COLUMNS, type SizedPanel } from './panels';

/** A row that is closed when the dashboard is opened: its queries run once someone looks. */
export interface Row {
  readonly title: string;
  readonly panels: readonly SizedPanel[];
}

/** Puts panels on a dashboard: first those without a row, then the rows. */
export function place(to: dashboard.DashboardBuilder, top: readonly SizedPanel[], rows: readonly Row[]): void {
  let lastId = 0;
  const numbered = ({ panel, position }: Placed) => panel.builder.id(++lastId).gridPos(position);
  const { placed, bottom } = flow(top, 0);
  for (const one of placed) to.withPanel(numbered(one));
  rows.forEach(({ title, panels }, index) => {
    const y = bottom + index;
    const row = new dashboard.RowBuilder(title).id(++lastId).gridPos({ x: 0, y, w: COLUMNS, h: 1 });
    for (const one of flow(panels, y + 1).placed) row.withPanel(numbered(one));
    to.withRow(row.collapsed(true));
  });
}

interface Placed {
  readonly panel: SizedPanel;
  readonly position: dashboard.GridPos;
}

/** From left to right, and on below the highest of a line that is full. */
function flow(panels: readonly SizedPanel[], top: number): { placed: readonly Placed[]; bottom: number } {
  let [x, y, lineHeight] = [0, top, 0];
  const placed = panels.map((panel) => {
    const { width: w, height: h } = panel;
    if (x + w > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
    const position = { x, y, w, h };
    [x, lineHeight] = [x + w, Math.max(lineHeight, h)];
    return { panel, position };
  });
  return { placed, bottom: y + lineHeight };
}
