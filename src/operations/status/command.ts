/** `npm run status`: one screen about a running stack. */
import { stackObjects } from '../../../charts/objects';
import { command, exitCode, printJson } from '../command';
import { collect } from '../observe/collect';
import { CLUSTER_OPTIONS, clusterOf, intervalOf, JSON_OPTION, STACK_OPTIONS, stackOf } from '../options';
import { formatStatus, hasColours } from './format';
import { statusOf } from './status';

export default command({
  options: {
    ...STACK_OPTIONS,
    interval: { type: 'string', value: '<time>', default: '3s', description: 'between the two samples of rates' },
    ...JSON_OPTION,
    ...CLUSTER_OPTIONS,
  },
  run: async (values) => {
    const interval = intervalOf(values.interval, 1, 60_000) / 1000;
    const config = stackOf(values);
    const expected = stackObjects(config);
    const state = await collect(clusterOf(values), config, expected, { interval, logs: false });
    const status = statusOf(values.stack, config, expected, state);
    if (values.json) printJson(status);
    else process.stdout.write(formatStatus(status, hasColours()));
    return exitCode(status.verdict);
  },
});
