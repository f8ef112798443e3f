/** Link `disk`: have Loki’s volumes been made, and do they have room? */
import type { StackConfig } from '../../config';
import { DISK_FULL_THRESHOLD } from '../../config/derived/disk-full';
import type { StackState } from '../observe/state';
import { disks } from '../status/disk';
import { broken, type Findings, hint } from './finding';

export function diskFindings(stack: string, config: StackConfig, state: StackState): Findings {
  return disks(config, state).flatMap(({ claim, used, daysToFull, why, verdict }): Findings => {
    if (verdict !== 'bad') return [];
    const todo = ['persistence.size, then npm run resize', 'lower retention.period, and apply (docs/retention.md)'];
    const unbound = why.find((reason) => reason.startsWith('the claim'));
    if (unbound !== undefined)
      return [
        broken(
          'disk',
          `Volume claim ${claim}: ${unbound}.`,
          'No volume was made for it: its StorageClass is missing, or has no room.',
          `kubectl -n ${config.namespaces.logging} describe pvc ${claim}`,
        ),
      ];
    if (used !== undefined && used >= DISK_FULL_THRESHOLD)
      return [
        broken(
          'disk',
          `${claim} is full: ${Math.round(used * 100)} %.`,
          `Loki refuses lines above ${DISK_FULL_THRESHOLD * 100} %.`,
          ...todo,
        ),
      ];
    return [
      hint(
        'disk',
        `${claim}: ${why.join(', ')}.`,
        daysToFull === undefined ? 'It may get full.' : 'More is stored than retention deletes in time.',
        ...todo,
        `npm run size -- --stack ${stack}`,
      ),
    ];
  });
}
