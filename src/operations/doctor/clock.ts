/** Link `clock`: do the nodes keep the time of this machine? */
import type { StackState } from '../observe/state';
import { broken, type Findings, hint } from './finding';

/** A clock this far away puts lines where nobody looks for them. */
const SKEW = { broken: 60, hint: 5 };

/** Clocks of the nodes against this machine's. */
export function clockFindings({ agents }: StackState): Findings {
  const skews = agents.filter(({ clockSkew = 0 }) => Math.abs(clockSkew) > SKEW.hint);
  if (skews.length === 0) return [];
  const worst = Math.max(...skews.map(({ clockSkew = 0 }) => Math.abs(clockSkew)));
  const list = skews
    .slice(0, 5)
    .map(
      ({ node, clockSkew = 0 }) =>
        `${node} by ${Math.abs(clockSkew).toFixed(0)} s ${clockSkew > 0 ? 'ahead' : 'behind'}`,
    );
  const all = skews.length === agents.length && agents.length > 1;
  return [
    (worst > SKEW.broken ? broken : hint)(
      'clock',
      `Clocks differ from this machine’s: ${list.join(', ')}.`,
      all ? 'All nodes differ: this machine’s clock may be the wrong one.' : 'The node does not keep its time.',
      'on the node: timedatectl status',
    ),
  ];
}
