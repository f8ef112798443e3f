/** Rule files in ConfigMaps of a cluster, read with the rights of whoever asks. */
import { z } from 'zod';
import { configMapFileName, configMapOfFile, configMapPath } from '../../alerts/rule-files';
import { formatPath, formatReceived } from '../../config/problem';
import { RULE_FILE_KEY } from '../../config/scalars';
import type { StackConfig } from '../../config';
import type { RuleCopies } from '../../config/stack-neighbours';
import type { Advice } from '../../syntax/yaml';
import { type Cluster, kubectl, TIMEOUT } from '../kubectl';

type ConfigMaps = NonNullable<StackConfig['alerting']['configMaps']>;

const listShape = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      data: z.record(z.string(), z.string()).default({}),
      binaryData: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

const BINARY: Advice = {
  rule: 'a text in UTF-8, in data of the ConfigMap; it is in binaryData',
  remedy: 'write it into data',
};

/**
 * The rule files of a stack's namespaces.
 *
 * @throws Error with every namespace that cannot be read.
 */
export function readConfigMaps(
  cluster: Cluster,
  { label, namespaces }: Pick<ConfigMaps, 'label' | 'namespaces'>,
): RuleCopies {
  const refused: string[] = [];
  const read = namespaces.map(({ name }) => {
    try {
      return filesOf(name, kubectl(cluster, ['-n', name, 'get', 'configmaps', '-l', label, '-o', 'json', TIMEOUT]));
    } catch (error) {
      refused.push(`  ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return { files: [], problems: [] };
    }
  });
  if (refused.length > 0)
    throw new Error(
      `ConfigMaps could not be listed, nothing was written:\n${refused.join('\n')}\nThe right that is wanted: docs/alerting.md#rules-of-other-namespaces`,
    );
  return { files: read.flatMap(({ files }) => files), problems: read.flatMap(({ problems }) => problems) };
}

function filesOf(namespace: string, answer: string): RuleCopies {
  const { items } = listShape.parse(JSON.parse(answer));
  const files = items.flatMap(({ metadata: { name: configMap }, data }) =>
    Object.entries(data).map(([key, content]) => ({ namespace, configMap, key, content })),
  );
  const binary = items.flatMap(({ metadata: { name: configMap }, binaryData }) =>
    Object.keys(binaryData).map((key) => ({ namespace, configMap, key })),
  );
  const wrong = (file: (typeof binary)[number], advice: Advice): RuleCopies['problems'][number] => ({
    path: formatPath(configMapPath(file)),
    received: formatReceived(file.key),
    ...advice,
  });
  const isFit = (file: (typeof binary)[number]): boolean => configMapOfFile(configMapFileName(file)) !== undefined;
  return {
    files: files.filter(isFit),
    problems: [
      ...files.filter((file) => !isFit(file)).map((file) => wrong(file, RULE_FILE_KEY)),
      ...binary.map((file) => wrong(file, BINARY)),
    ],
  };
}
