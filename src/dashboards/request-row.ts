/** One request through all services. */
import { FIELDS, LABELS } from '../log-model';
import { VARIABLES } from './explore';
import type { Row } from './layout';
import { countBy, has, is, stream } from './logql';
import { logs, timeSeries } from './panels';

/**
 * Query for every line of one request, from any source: each pipeline keeps the request id beside the line. An empty id
 * finds no line. Without the second filter it would find every line that has no id.
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
