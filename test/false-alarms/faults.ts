/** Faults that somebody is to be told of: without them, silence would prove nothing. */
import type { Target } from '../../local/kubernetes';
import { gatewayPort, startWriter } from '../e2e/cluster';
import { SOURCES } from '../e2e/source-pods';
import { send } from '../../programs/request';
import { waitsForLastingFaults } from './profile';

/**
 * In seconds. The slowest of them needs 225 at worst: eleven failures, an evaluation interval of 60, two minutes in which the
 * alert has to last, and 30 until Alertmanager has waited for its group. The rest is for a busy machine.
 */
export const TOLD_WITHIN = 300;

export interface Fault {
  readonly fault: string;
  readonly alert: string;
}

export const FAULTS: readonly Fault[] = [
  { fault: '15 failed logins of one user at once', alert: 'FailedLoginsByUser' },
  ...(waitsForLastingFaults
    ? [{ fault: 'the backend fails to reach its database each second', alert: 'DatabaseConnectionFailures' }]
    : []),
  { fault: 'somebody tries passwords at the gateway', alert: 'GatewayRefusesCredentials' },
];

const BACKEND = `http://backend.${SOURCES}:3001`;
const SCRIPT = `
post() { timeout 5 wget -q -O /dev/null --header 'Content-Type: application/json' --post-data "$2" "$1"; }
for i in $(seq 15); do post ${BACKEND}/login '{"userId":"user-7","password":"guess"}'; done
for i in $(seq ${TOLD_WITHIN}); do timeout 5 wget -q -O /dev/null ${BACKEND}/fail; sleep 1; done
exit 0`;

/** Starts all of them, for {@link TOLD_WITHIN}; returns how to end them. */
export async function startFaults(target: Target): Promise<() => void> {
  const timer = setInterval(() => {
    const path = '/loki/api/v1/labels';
    // What becomes of a guess is nothing to whoever guesses.
    send({ port: gatewayPort(), path, credential: 'grafana:guess' }).catch(() => undefined);
  }, 2000);
  await startWriter(target, 'faults', SCRIPT);
  return () => clearInterval(timer);
}
