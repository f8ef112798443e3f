/** `npm run resize`: lets running volumes grow to the sizes in the stack file, without a restart of any pod. */
import { stackObjects } from '../../../charts/objects';
import { command, EXIT, say } from '../command';
import { CLUSTER_OPTIONS, clusterOf, STACK_OPTIONS, stackWithLoki } from '../options';
import { resize } from './resize';

export default command({
  options: { ...STACK_OPTIONS, ...CLUSTER_OPTIONS },
  run: async (values) => {
    const { sets, replaced } = await resize(clusterOf(values), values.stack, stackObjects(stackWithLoki(values)), say);
    const done = `${sets.join(', ')}: has its new size`;
    if (sets.length === 0) say(`${values.stack}: every volume has its size already.`);
    else if (replaced.length === 0) say(`${done}; no pod was restarted. Apply the stack now.`);
    else say(`${done}; these pods are others now: ${replaced.join(', ')}. Apply the stack now.`);
    return EXIT.good;
  },
});
