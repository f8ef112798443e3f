/** One request through all services. */
import { FIELDS, LABELS } from '../log-model';
import { VARIABLES } from './explore';
import type { Row } from './layout';
import { countBy, has, is, stream } from './logql';
import { logs, timeSeries } from './panels';

/**
 * Every line of one request, whatever wrote it: each pipeline keeps the request id beside the line. Without an id there
 * is none to be found, rather than every line that has none.
 */
export function linesOfRequest(requestId: string): string {
  return `${stream({ job: ['=~', '.+'] })} ${is(FIELDS.requestId, requestId)} ${has(FIELDS.requestId)}`;
}

const LINES = linesOfRequest(VARIABLES.requestId);

export const REQUEST_ROW: Row = {
  title: 'Request trace: $requestId',
  panels: [
    timeSeries({
      title: 'Lines of the Request by Job',
      height: 6,
      style: 'bars',
      series: [{ expr: countBy(LABELS.job, LINES), legend: `{{${LABELS.job}}}` }],
    }),
    logs({ title: 'Lines of the Request', expr: LINES, height: 12 }),
  ],
};
