/** `npm run check`: what of a stack file cannot be applied to what runs. */
import { stackObjects } from '../../../charts/objects';
import { command, EXIT, printJson, say } from '../command';
import { CLUSTER_OPTIONS, clusterOf, JSON_OPTION, STACK_OPTIONS, stackOf } from '../options';
import { compareWithRunning, formatFindings } from './compare';
import { readRunning } from './running';

export default command({
  options: { ...STACK_OPTIONS, ...JSON_OPTION, ...CLUSTER_OPTIONS },
  run: (values) => {
    const wanted = stackObjects(stackOf(values));
    const findings = compareWithRunning(wanted, readRunning(clusterOf(values), wanted), new Date());
    if (values.json) printJson(findings);
    else if (findings.length > 0) say(formatFindings(values.stack, findings));
    else say(`${values.stack}: all of it can be applied to what runs.`);
    return findings.length > 0 ? EXIT.bad : EXIT.good;
  },
});
