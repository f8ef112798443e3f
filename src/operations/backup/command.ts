/** `npm run backup`: copies Loki's volume to a file. Loki is stopped meanwhile. */
import { existsSync } from 'node:fs';
import { command, EXIT, say } from '../command';
import { CLUSTER_OPTIONS, clusterOf, STACK_OPTIONS, stackWithLoki } from '../options';
import { backup } from './backup';

/** Both ways end with this line. */
export function sameOnBothSides(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB, with the same checksum on both sides.`;
}

export default command({
  options: {
    ...STACK_OPTIONS,
    out: { type: 'string', value: '<file>', required: true, description: 'new file for the copy' },
    ...CLUSTER_OPTIONS,
  },
  run: async (values) => {
    const owner = { cluster: clusterOf(values), config: stackWithLoki(values), say };
    // It may be the only copy of a volume.
    if (existsSync(values.out)) throw new Error(`${values.out} exists, and is not overwritten.`);
    say(sameOnBothSides(await backup(owner, values.out)));
    return EXIT.good;
  },
});
