import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, labelSelector, objectName, ruleFileKey, ruleFolder, tenantName } from '../scalars';

const namespace = z.strictObject({
  name: dnsLabel().describe('Name of the namespace.'),
  tenant: tenantName().optional().describe('Tenant whose lines its rules ask; that of the agent without it.'),
});

const file = z.strictObject({
  namespace: dnsLabel().describe('Namespace of the ConfigMap.'),
  configMap: objectName('the name of a ConfigMap', 'guild-rules').describe('Name of the ConfigMap.'),
  key: ruleFileKey().describe('Key of the text.'),
  content: z.string().describe('Text of the rule file.'),
});

export const ruleConfigMaps = z.strictObject({
  label: labelSelector()
    .default(defaults.alerting.configMaps.label)
    .describe('Label of the ConfigMaps with rules: its key, or `key=value`.'),
  folder: ruleFolder().describe(
    'Folder of this stack alone, relative to the folder of the stack file. `npm run rules` writes it.',
  ),
  namespaces: z.array(namespace).min(1).describe('Namespaces whose ConfigMaps are read.'),
  files: z
    .array(file)
    .optional()
    .describe(
      'The rule files. The loader of stack files sets them. Set them only in a program that makes its config itself.',
    ),
});
