/** The chart of lines by level: each level has the same colour on every row. */
import { LABELS } from '../log-model';
import { type Color, LEVEL_COLORS } from './colors';
import { countBy } from './logql';
import { type PanelProps, type SizedPanel, timeSeries } from './panels';

/** Name of lines whose level is unknown. Grafana calls a series without a name "Value". */
const NO_LEVEL = 'no level';
const COLORS: Readonly<Record<string, Color>> = { ...LEVEL_COLORS, [NO_LEVEL]: 'text' };

export interface LinesByLevelProps extends PanelProps {
  /** Query of the lines. */
  readonly lines: string;
}

/** Lines in each step, stacked, one series for each level. */
export function linesByLevel({ lines, ...props }: LinesByLevelProps): SizedPanel {
  const counted = `label_replace(${countBy(LABELS.level, lines)}, "${LABELS.level}", "${NO_LEVEL}", "${LABELS.level}", "")`;
  return timeSeries({
    ...props,
    style: 'bars',
    colors: COLORS,
    series: [{ expr: counted, legend: `{{${LABELS.level}}}` }],
  });
}
