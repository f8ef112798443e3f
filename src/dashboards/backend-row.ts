/** The backend: its requests, errors and slow queries. */
import { FIELDS, JOBS, LABELS } from '../log-model';
import type { Row } from './layout';
import { durationQuantile, has, PARSED, rateBy, SEARCHED, type Streams } from './logql';
import { LINES_PER_SECOND, logs, timeSeries } from './panels';

const BY_SERVICE = `{{${LABELS.service}}}`;

export function backendRow({ jobStream, levelStream }: Streams): Row {
  /** Requests: lines with a status, unlike other lines with a duration. */
  const requests = `${jobStream(JOBS.backend)} ${PARSED} ${has(FIELDS.status)}`;
  return {
    title: 'Backend',
    panels: [
      timeSeries({
        title: 'Requests per Second',
        width: 8,
        unit: 'reqps',
        series: [{ expr: rateBy(LABELS.service, requests), legend: BY_SERVICE }],
      }),
      timeSeries({
        title: 'Request Duration',
        width: 8,
        unit: 'ms',
        series: [0.5, 0.95, 0.99].map((quantile) => ({
          expr: durationQuantile(quantile, requests, LABELS.service),
          legend: `p${quantile * 100} ${BY_SERVICE}`,
        })),
      }),
      timeSeries({
        title: 'Errors per Second',
        description: 'Lines of level error.',
        width: 8,
        unit: LINES_PER_SECOND,
        series: [{ expr: rateBy(LABELS.service, levelStream(JOBS.backend, 'error')), legend: BY_SERVICE }],
      }),
      logs({
        title: 'Slow Queries',
        description: 'Queries that took the backend more than a second.',
        expr: `${jobStream(JOBS.backend)} ${SEARCHED} | json | ${FIELDS.message}=~".*query.*" | ${FIELDS.duration} > 1000`,
      }),
    ],
  };
}
