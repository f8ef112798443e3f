/** Link `gateway`: can it reach Loki, and does a query find an answer? */
import { known, whyUnknown } from '../observe/observed';
import type { StackState } from '../observe/state';
import { type Finding, type Findings, hint, symptom } from './finding';
import { recent } from './log-lines';

/** A failed request older than this no longer counts, if others have passed since. */
const OVER = 20_000;

/** Why the stack fails a query. Nothing where kubectl could not look, or may not read the Secret. */
export function queryFailure({ pods, queries }: StackState): string | undefined {
  const why = whyUnknown(queries.version);
  return 'unknown' in pods || why === undefined || /forbidden|Secret/i.test(why) ? undefined : why;
}

/** What passes the gateway: can it reach Loki, and does a query find an answer? */
export function gatewayFindings(state: StackState): Findings {
  const { gatewayLog, at } = state;
  const failed = recent(known(gatewayLog) ?? [], at).filter((line) => /"status":50[234]\b/.test(line));
  const why = queryFailure(state);
  const isOver = known(state.queries.version) !== undefined && recent(failed, at, OVER).length === 0;
  return [
    ...(failed.length > 0 ? [unreached(failed.length, isOver)] : []),
    ...(why === undefined
      ? []
      : [
          symptom(
            'gateway',
            `A query through the gateway, with Grafana’s credential, is not answered: ${why}.`,
            'What is broken before or behind it; or a credential that the gateway does not know.',
            'kubectl -n <logging> logs deployment/gateway --tail=20',
          ),
        ]),
  ];
}

/** Requests that did not reach Loki. There are some while Loki starts or is rolled: these are soon over. */
function unreached(times: number, isOver: boolean): Finding {
  const seen = `The gateway did not reach Loki ${times} times of late`;
  const todo = 'kubectl -n <logging> logs deployment/gateway --tail=20';
  return isOver
    ? hint(
        'gateway',
        `${seen}; it does now.`,
        'Loki was started or rolled; agents send again what was not taken.',
        todo,
      )
    : symptom(
        'gateway',
        `${seen}.`,
        'Loki does not run or is not ready, its name does not resolve, or a policy is missing.',
        todo,
      );
}
