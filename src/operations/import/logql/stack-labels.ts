/** What a stack file says of labels: the cluster, and further ones. */
import { existsSync, readFileSync } from 'node:fs';
import { PROJECT } from '../../../config';
import { isMapping, mappingOf } from '../../../config/mapping';
import { CLUSTER_LABEL } from '../../../log-model';
import { readYaml } from '../../../syntax/yaml';
import type { Origin } from './label-map';

/** Of a stack file that is not there, nothing; one that is not whole yet is read as far as it goes. */
export function labelsOfStack(stackFile: string): Omit<Origin, 'jobEndsWith'> {
  if (!existsSync(stackFile)) return {};
  const { value } = readYaml(readFileSync(stackFile));
  const config = mappingOf(mappingOf(value)?.['config']) ?? {};
  const cluster = config[`${PROJECT}:${CLUSTER_LABEL}`];
  const agent = mappingOf(config[`${PROJECT}:agent`]) ?? {};
  const podLabels = Array.isArray(agent['podLabels']) ? agent['podLabels'].filter(isMapping) : [];
  const named = (type: string): readonly string[] =>
    podLabels.flatMap((one) => (one['type'] === type && typeof one['name'] === 'string' ? [one['name']] : []));
  return {
    ...(typeof cluster === 'string' ? { cluster } : {}),
    labels: [...Object.keys(mappingOf(agent['labels']) ?? {}), ...named('label')],
    beside: named('metadata'),
  };
}
