/** The frontend: reports of browsers. */
import { FIELDS, JOBS, LABELS } from '../log-model';
import { LEVEL_COLORS } from './colors';
import type { Row } from './layout';
import { countBy, has, jobStream, levelStream, mostFrequent, PARSED, SEARCHED } from './logql';
import { logs, ranking, timeSeries } from './panels';

export const FRONTEND_ROW: Row = {
  title: 'Frontend',
  panels: [
    timeSeries({
      title: 'Frontend Lines by Level',
      width: 16,
      style: 'bars',
      colors: LEVEL_COLORS,
      series: [{ expr: countBy(LABELS.level, jobStream(JOBS.frontend)), legend: `{{${LABELS.level}}}` }],
    }),
    ranking({
      title: 'Frontend Errors by Page',
      series: [
        {
          expr: mostFrequent(FIELDS.url, `${levelStream(JOBS.frontend, 'error')} ${PARSED} ${has(FIELDS.url)}`),
          legend: `{{${FIELDS.url}}}`,
        },
      ],
    }),
    logs({ title: 'Frontend Errors', expr: `${levelStream(JOBS.frontend, 'error')} ${SEARCHED}` }),
  ],
};
