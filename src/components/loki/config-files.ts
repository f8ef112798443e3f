/** The files of a program of Loki's image, as its ConfigMap has them. */
import { stringify } from 'yaml';
import type { StackConfig } from '../../config';
import { tenantOverrides } from './config';
import { storageFiles, withVariables } from './storage';

/** @param config - of Loki or of a ring's compactor */
export function configFiles(
  props: StackConfig,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return {
    'config.yaml': withVariables(props.storage, stringify(config)),
    'overrides.yaml': stringify(tenantOverrides(props)),
    ...storageFiles(props.storage),
  };
}
