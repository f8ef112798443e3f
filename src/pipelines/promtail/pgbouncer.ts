/** Stages for PgBouncer's lines. */
import { LINES, PREFIX } from '../pgbouncer';
import { levelLabel } from './level';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { ownTime } from './time';

export const pgbouncer: Pipeline = {
  metadata: [],
  together: together(LINES),
  text: [{ regex: { expression: `^${PREFIX}` } }, ...ownTime('2006-01-02 15:04:05 MST'), ...levelLabel()],
};
