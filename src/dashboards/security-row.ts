/** Security events: logins, other actions, and refusals. */
import { FIELDS, JOBS, SecurityActions } from '../log-model';
import type { Row } from './layout';
import { countBy, FAILED, has, is, jobStream, PARSED, SEARCHED } from './logql';
import { logs, ranking, timeSeries } from './panels';

const EVENTS = jobStream(JOBS.security);
const LOGIN = is(FIELDS.action, SecurityActions.LOGIN_ATTEMPT);
const RATE_LIMITED = is(FIELDS.action, SecurityActions.RATE_LIMIT_VIOLATION);
const FAILED_LOGINS = `${EVENTS} ${PARSED} ${LOGIN} ${FAILED}`;

export const SECURITY_ROW: Row = {
  title: 'Security',
  panels: [
    timeSeries({
      title: 'Security Actions',
      width: 16,
      style: 'bars',
      series: [{ expr: countBy(FIELDS.action, `${EVENTS} ${has(FIELDS.action)}`), legend: `{{${FIELDS.action}}}` }],
    }),
    ranking({
      title: 'Rate Limiting by Address',
      by: [FIELDS.ipAddress],
      lines: `${EVENTS} ${PARSED} ${RATE_LIMITED}`,
    }),
    timeSeries({
      title: 'Failed Logins',
      width: 8,
      style: 'bars',
      series: [{ expr: countBy(FIELDS.result, `${EVENTS} ${LOGIN} ${FAILED}`), legend: 'failed' }],
    }),
    ranking({
      title: 'Failed Logins by User',
      by: [FIELDS.userId],
      lines: `${FAILED_LOGINS} ${has(FIELDS.userId)}`,
    }),
    ranking({
      title: 'Failed Logins by Address',
      by: [FIELDS.ipAddress],
      lines: `${FAILED_LOGINS} ${has(FIELDS.ipAddress)}`,
    }),
    logs({ title: 'Failed Login Attempts', expr: `${EVENTS} ${SEARCHED} | json ${LOGIN} ${FAILED}` }),
    logs({ title: 'Rate Limiting', expr: `${EVENTS} ${SEARCHED} | json ${RATE_LIMITED}` }),
  ],
};
