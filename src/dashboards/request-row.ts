/** One request through all services. */
import { FIELDS, LABELS } from '../log-model';
import { VARIABLES } from './explore';
import type { Row } from './layout';
import { countBy, has, is, stream, type Streams } from './logql';
import { logs, timeSeries } from './panels';

/**
 * Query for every line of one request, from any source: each pipeline keeps the request id beside the line. An empty id
 * finds no line. Without the second filter it would find every line that has no id.
 */
export function linesOfRequest(requestId: string, select: Streams['stream'] = stream): string {
  return `${select({ job: ['=~', '.+'] })} ${is(FIELDS.requestId, requestId)} ${has(FIELDS.requestId)}`;
}

export function requestRow({ stream: select }: Streams): Row {
  const lines = linesOfRequest(VARIABLES.requestId, select);
  return {
    title: 'Request trace: $requestId',
    panels: [
      timeSeries({
        title: 'Lines of the Request by Job',
        height: 6,
        style: 'bars',
        series: [{ expr: countBy(LABELS.job, lines), legend: `{{${LABELS.job}}}` }],
      }),
      logs({ title: 'Lines of the Request', expr: lines, height: 12 }),
    ],
  };
}
