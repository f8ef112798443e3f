/** Security events: logins, other actions, and refusals. */
import { FIELDS, JOBS, SecurityActions } from '../log-model';
import type { Row } from './layout';
import { countBy, FAILED, has, is, PARSED, SEARCHED, type Streams } from './logql';
import { logs, ranking, timeSeries } from './panels';

const LOGIN = is(FIELDS.action, SecurityActions.LOGIN_ATTEMPT);
const RATE_LIMITED = is(FIELDS.action, SecurityActions.RATE_LIMIT_VIOLATION);

export function securityRow({ jobStream }: Streams): Row {
  const events = jobStream(JOBS.security);
  const failedLogins = `${events} ${PARSED} ${LOGIN} ${FAILED}`;
  return {
    title: 'Security',
    panels: [
      timeSeries({
        title: 'Security Actions',
        width: 16,
        style: 'bars',
        series: [{ expr: countBy(FIELDS.action, `${events} ${has(FIELDS.action)}`), legend: `{{${FIELDS.action}}}` }],
      }),
      ranking({
        title: 'Rate Limiting by Address',
        by: [FIELDS.ipAddress],
        lines: `${events} ${PARSED} ${RATE_LIMITED}`,
      }),
      timeSeries({
        title: 'Failed Logins',
        width: 8,
        style: 'bars',
        series: [{ expr: countBy(FIELDS.result, `${events} ${LOGIN} ${FAILED}`), legend: 'failed' }],
      }),
      ranking({
        title: 'Failed Logins by User',
        by: [FIELDS.userId],
        lines: `${failedLogins} ${has(FIELDS.userId)}`,
      }),
      ranking({
        title: 'Failed Logins by Address',
        by: [FIELDS.ipAddress],
        lines: `${failedLogins} ${has(FIELDS.ipAddress)}`,
      }),
      logs({ title: 'Failed Login Attempts', expr: `${events} ${SEARCHED} | json ${LOGIN} ${FAILED}` }),
      logs({ title: 'Rate Limiting', expr: `${events} ${SEARCHED} | json ${RATE_LIMITED}` }),
    ],
  };
}
