/** Nginx: requests, their status and their duration. */
import { FIELDS, JOBS } from '../log-model';
import { STATUS_CLASS_COLORS } from './colors';
import type { Row } from './layout';
import { compared, countBy, durationQuantile, has, rateBy, SEARCHED, type Streams } from './logql';
import { logs, ranking, timeSeries } from './panels';

/** A name of the query's own: 2xx, 3xx, … */
const STATUS_CLASS = 'statusClass';
/** From either access log format: "GET /path?query HTTP/1.1", or the JSON record's field. Of no use is what is no request. */
const PATH = `| regexp \`(?:"${FIELDS.path}":\\s*"|"[A-Z]+ )(?P<${FIELDS.path}>/[^\\s"?]*)\` ${has(FIELDS.path)}`;

export function nginxRow({ jobStream, levelStream }: Streams): Row {
  const lines = jobStream(JOBS.nginx);
  /** The error log has no status. */
  const requests = `${lines} | ${FIELDS.status}=~"[1-5].."`;
  const serverErrors = `${lines} ${compared(FIELDS.status, '>= 500')}`;
  const clientErrors = `${lines} ${compared(FIELDS.status, '>= 400', '< 500')}`;
  return {
    title: 'Nginx',
    panels: [
      timeSeries({
        title: 'Requests by Status Class',
        width: 8,
        style: 'bars',
        colors: STATUS_CLASS_COLORS,
        series: [
          {
            expr: countBy(
              STATUS_CLASS,
              `${requests} | label_format ${STATUS_CLASS}="{{ substr 0 1 .${FIELDS.status} }}xx"`,
            ),
            legend: `{{${STATUS_CLASS}}}`,
          },
        ],
      }),
      timeSeries({
        title: '5xx per Second',
        width: 8,
        unit: 'reqps',
        series: [{ expr: rateBy(FIELDS.status, serverErrors), legend: `{{${FIELDS.status}}}` }],
      }),
      timeSeries({
        title: 'Nginx Request Duration',
        description: 'Of access logs that hold it: $request_time, or its own format’s field.',
        width: 8,
        unit: 'ms',
        series: [0.5, 0.95, 0.99].map((quantile) => ({
          expr: durationQuantile(quantile, requests),
          legend: `p${quantile * 100}`,
        })),
      }),
      ranking({
        title: 'Paths with 4xx',
        width: 12,
        by: [FIELDS.path, FIELDS.status],
        lines: `${clientErrors} ${PATH}`,
      }),
      ranking({
        title: 'Paths with 5xx',
        width: 12,
        by: [FIELDS.path, FIELDS.status],
        lines: `${serverErrors} ${PATH}`,
      }),
      logs({
        title: 'Nginx Errors',
        description: 'The error log, and requests answered with 5xx.',
        expr: `${levelStream(JOBS.nginx, 'error')} ${SEARCHED}`,
      }),
    ],
  };
}
