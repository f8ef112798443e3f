/** `npm run restore`: copies a file to Loki's volume. Loki is stopped meanwhile. */
import { command, EXIT, say } from '../command';
import { CLUSTER_OPTIONS, clusterOf, STACK_OPTIONS, stackWithLoki } from '../options';
import { restore } from './backup';
import { sameOnBothSides } from './command';

export default command({
  options: {
    ...STACK_OPTIONS,
    from: { type: 'string', value: '<file>', required: true, description: 'that npm run backup has written' },
    replace: { type: 'boolean', description: 'delete what is in the volume' },
    ...CLUSTER_OPTIONS,
  },
  run: async (values) => {
    const owner = { cluster: clusterOf(values), config: stackWithLoki(values), say };
    say(sameOnBothSides(await restore(owner, values.from, values.replace)));
    return EXIT.good;
  },
});
