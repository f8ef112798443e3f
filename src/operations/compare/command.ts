/** `npm run check`: what of a stack file cannot be applied to what runs, and what should be known before. */
import { stackObjects } from '../../../charts/objects';
import { stackFileName } from '../../config';
import { patchWarnings } from '../../config/derived/warnings';
import { command, EXIT, printJson, say } from '../command';
import { CLUSTER_OPTIONS, clusterOf, JSON_OPTION, STACK_OPTIONS, stackOf } from '../options';
import { compareStack, formatAnnounced, formatFindings } from './compare';
import { readRunning } from './running';

export default command({
  options: { ...STACK_OPTIONS, ...JSON_OPTION, ...CLUSTER_OPTIONS },
  run: (values) => {
    const { stack, json } = values;
    const config = stackOf(values);
    const running = readRunning(clusterOf(values), stackObjects(config, stackFileName(stack)));
    const { refused, announced } = compareStack(config, running, new Date());
    if (json) printJson([...refused, ...announced]);
    else {
      say(refused.length > 0 ? formatFindings(stack, refused) : `${stack}: all of it can be applied to what runs.`);
      if (announced.length > 0) say(`\n${formatAnnounced(stack, announced)}`);
      const patches = patchWarnings(config);
      if (patches.length > 0) say(`\n${stack}: patched by its stack file:\n\n  ${patches.join('\n  ')}`);
    }
    return refused.length > 0 ? EXIT.bad : EXIT.good;
  },
});
