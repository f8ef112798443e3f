/** The rule files of a stack: those that its file names, and those that come from ConfigMaps. */
import { basename } from 'node:path';
import type { StackConfig } from '../config/schema';

type Alerting = StackConfig['alerting'];

/** Where a rule file of a cluster is. */
export interface ConfigMapKey {
  readonly namespace: string;
  readonly configMap: string;
  readonly key: string;
}

/** A rule file, wherever its text is from. */
export interface NamedRuleFile {
  /** Name below its tenant's folder. */
  readonly name: string;
  readonly tenant: string | undefined;
  readonly content: string | undefined;
  /** Where the config names it. */
  readonly path: readonly PropertyKey[];
  /** Where its name is from. */
  readonly namedAt: readonly PropertyKey[];
  /** What stands there. */
  readonly written: string;
  /** Path of what is in it. */
  readonly inside: readonly PropertyKey[];
  /** What mends it. */
  readonly remedy: string;
}

/** All rule files of a stack, in the order of the config. */
export function ruleFilesOf({ files, configMaps }: Alerting): readonly NamedRuleFile[] {
  return [
    ...files.map(({ path, tenant, content }, index): NamedRuleFile => {
      const at = ['alerting', 'files', index];
      return {
        name: basename(path),
        tenant,
        content,
        path: at,
        namedAt: [...at, 'path'],
        written: path,
        inside: [...at, path],
        remedy: 'mend the file',
      };
    }),
    ...(configMaps?.files ?? []).map((file): NamedRuleFile => {
      const path = configMapPath(file);
      return {
        name: configMapFileName(file),
        tenant: configMaps?.namespaces.find(({ name }) => name === file.namespace)?.tenant,
        content: file.content,
        path,
        namedAt: path,
        written: configMapKeyName(file),
        inside: path,
        remedy: 'mend the ConfigMap, and run npm run rules',
      };
    }),
  ];
}

/** As people write it. */
export function configMapKeyName({ namespace, configMap, key }: ConfigMapKey): string {
  return `${namespace}/${configMap}/${key}`;
}

/** Path of the config at which problems of such a file are reported. */
export function configMapPath(file: ConfigMapKey): readonly PropertyKey[] {
  return ['alerting', 'configMaps', configMapKeyName(file)];
}

/** Name of its copy. No name of a namespace or a ConfigMap has a `_`, so that no two files have one name. */
export function configMapFileName({ namespace, configMap, key }: ConfigMapKey): string {
  return `${namespace}_${configMap}_${key}`;
}

/** The ConfigMap of a copy; undefined where the name is not that of a copy. */
export function configMapOfFile(name: string): ConfigMapKey | undefined {
  const [, namespace, configMap, key] =
    /^([a-z0-9][a-z0-9-]*)_([a-z0-9][a-z0-9.-]*)_([A-Za-z0-9][\w.-]*\.ya?ml)$/.exec(name) ?? [];
  return namespace === undefined || configMap === undefined || key === undefined
    ? undefined
    : { namespace, configMap, key };
}
