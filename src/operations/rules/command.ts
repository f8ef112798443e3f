/** `npm run rules`: copies rule files from labelled ConfigMaps of a cluster to the folder beside the stack file that `synth` reads. */
import { join } from 'node:path';
import { ConfigError, stackFileName } from '../../config';
import { ruleConfigMaps } from '../../config/schema/rule-config-maps';
import { loadStackWith } from '../../config/stack-file';
import type { RuleCopies } from '../../config/stack-neighbours';
import { command, EXIT, say } from '../command';
import { CLUSTER_OPTIONS, clusterOf, STACK_OPTIONS } from '../options';
import { readConfigMaps } from './config-maps';
import { applyChanges, changesOf } from './folder';

export default command({
  options: {
    ...STACK_OPTIONS,
    check: { type: 'boolean', description: 'writes nothing: exit code 1 if the folder is not what the cluster has' },
    ...CLUSTER_OPTIONS,
  },
  run: (values) => {
    const { stack, project, check } = values;
    let copies: RuleCopies | undefined;
    const load = () =>
      loadStackWith(project, stack, (written) => {
        const { success, data } = ruleConfigMaps.safeParse(written);
        // What is wrong with the section itself is in the report.
        if (!success) return { files: [], problems: [] };
        copies = readConfigMaps(clusterOf(values), data);
        return copies;
      });
    try {
      const { configMaps } = load().alerting;
      if (configMaps === undefined || copies === undefined)
        throw new Error(`${stackFileName(stack)} has no alerting.configMaps: there are no ConfigMaps to read.`);
      const { folder, label, namespaces } = configMaps;
      for (const { name } of namespaces)
        if (!copies.files.some(({ namespace }) => namespace === name))
          say(`${name}: no ConfigMap with the label ${label} has rules.`);
      const changes = changesOf(join(project, folder), copies.files);
      for (const { kind, name } of changes) process.stdout.write(`${kind.padEnd(7)} ${join(folder, name)}\n`);
      if (changes.length === 0) say(`${stack}: ${folder} is what the cluster has; rule files: ${copies.files.length}.`);
      else if (check) say(`${stack}: ${folder} is not what the cluster has. Run npm run rules.`);
      else applyChanges(join(project, folder), changes);
      return check && changes.length > 0 ? EXIT.bad : EXIT.good;
    } catch (error) {
      // Rules of the cluster were read, and are wrong.
      if (!(error instanceof ConfigError) || copies === undefined) throw error;
      say(error.message);
      return EXIT.bad;
    }
  },
});
