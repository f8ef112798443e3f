import { DISK_FREE_SHARE } from '../derived/disk-full';
import { allTenantsRate } from '../derived/limits';
import { formatQuantity } from '../units';
import { problem, type Rule, when } from './rule';

/** Loki looks at the disk every 10 seconds. It may look just before the threshold, and lines on their way arrive after the next look. */
const UNNOTICED_SECONDS = 20;

export const persistenceRules: readonly Rule[] = [
  {
    reads: ['persistence.size', 'limits', 'auth.loki.tenants'],
    check: ({ persistence, limits, auth }) => {
      const least = Math.ceil((allTenantsRate({ limits, auth }).bytes * UNNOTICED_SECONDS) / DISK_FREE_SHARE / 2 ** 20);
      return when(persistence.size.bytes < least * 2 ** 20, () =>
        problem(
          ['persistence', 'size'],
          formatQuantity(persistence.size),
          `at least ${least}Mi: Loki refuses lines once the volume is 90 % full, looks every 10 s, and all tenants together may write a tenth of that in 20 s; a volume that is full loses lines`,
          `raise persistence.size to ${least}Mi, or lower limits.ingestionRate`,
        ),
      );
    },
  },
];
