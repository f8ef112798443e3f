/** `npm run doctor`: which link of the chain is broken, and what to do. */
import { stackObjects } from '../../../charts/objects';
import { command, exitCode, printJson, UsageError } from '../command';
import { CLUSTER_OPTIONS, clusterOf, JSON_OPTION, STACK_OPTIONS, stackOf } from '../options';
import { examine } from './examine';
import { hasColours } from '../status/format';
import { formatReport } from './format';
import type { Asked } from './pod';

/** Which pods are asked for. */
function askedOf(pod: string | undefined, app: string | undefined): Asked | undefined {
  if (pod === undefined) return app === undefined ? undefined : { app };
  if (app !== undefined) throw new UsageError('--pod and --app do not go together');
  const [namespace = '', name = '', ...rest] = pod.split('/');
  if (namespace === '' || name === '' || rest.length > 0)
    throw new UsageError(`--pod: ${pod} is no <namespace>/<name>`);
  return { pod: { namespace, name } };
}

export default command({
  options: {
    ...STACK_OPTIONS,
    pod: {
      type: 'string',
      value: '<namespace>/<name>',
      description: 'why the lines of this pod are there, or not',
    },
    app: { type: 'string', value: '<name>', description: 'the same of the pods with this app label' },
    ...JSON_OPTION,
    ...CLUSTER_OPTIONS,
  },
  run: async (values) => {
    const asked = askedOf(values.pod, values.app);
    const config = stackOf(values);
    const report = await examine(clusterOf(values), values.stack, config, stackObjects(config), asked);
    if (values.json) printJson(report);
    else process.stdout.write(formatReport(report, hasColours()));
    return exitCode(report.verdict);
  },
});
