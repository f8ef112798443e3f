import { z } from 'zod';
import { FORMATS } from '../../log-model';
import { defaults } from '../defaults';
import { filesVolume } from '../derived/files-volume';
import {
  byteSize,
  dnsLabel,
  dropPattern,
  dnsLabelWithin,
  duration,
  fieldName,
  fileGlob,
  fraction,
  labelKey,
  logDirectory,
  redactExpression,
  objectLabelValue,
  stateDirectory,
  streamSelector,
} from '../scalars';

const fileSource = z.strictObject({
  name: dnsLabelWithin(filesVolume).describe('Name of the source; the agent sees its folder as `/logs/<name>`.'),
  job: dnsLabel().describe('Label `job` of its lines; `service` and `app` are the same.'),
  format: z.enum(FORMATS).default('auto').describe('How its lines are written.'),
  directory: logDirectory().describe('Folder on the node. Its files have to be readable for everyone (0644).'),
  files: fileGlob().default(defaults.agent.files).describe('Which of its files, as a glob.'),
});

const dropRule = z.strictObject({
  name: dnsLabel().describe(
    'Name of the rule; the agent counts its lines as `logentry_dropped_lines_total{reason=<name>}`.',
  ),
  selector: streamSelector().describe('Streams that it is for, by label matchers: `{job="nginx", level="info"}`.'),
  patterns: z
    .array(dropPattern())
    .default([])
    .describe('RE2; a line has to match one of them besides. Every line of the streams without one.'),
  keep: fraction().default(0).describe('Fraction of the lines that is kept all the same: 0.1 keeps one in ten.'),
});

export const agent = z.strictObject({
  credential: dnsLabel().default(defaults.auth.write).describe('Write credential that the agent pushes with.'),
  batchWait: duration().prefault(defaults.agent.batchWait).describe('Longest time a line waits for its batch.'),
  batchSize: byteSize().prefault(defaults.agent.batchSize).describe('Size at which a batch is sent.'),
  positionsDirectory: stateDirectory(defaults.agent.positionsDirectory)
    .optional()
    .describe(
      `Directory on the node for read positions; it outlives the pod. Without it \`${defaults.agent.positionsDirectory}\`, and with another \`namespaces.agents\` than the default one that directory with \`-<namespace>\` behind it, so that no two stacks share one.`,
    ),
  containerLogMaxSize: byteSize()
    .prefault(defaults.agent.containerLogMaxSize)
    .describe(
      'The kubelet’s setting of this name: the size at which it rotates a container’s log. Nothing is set by it here: the agent bridges an outage with one such file of each container (`docs/durability.md`).',
    ),
  excludeNamespaces: z.array(dnsLabel()).default([]).describe('Namespaces whose pods are not collected.'),
  files: z.array(fileSource).default([]).describe('Log files on the nodes, for programs that do not write to stdout.'),
  redact: z
    .array(
      z.strictObject({
        name: dnsLabel().describe('What it is, for the reader.'),
        expression: redactExpression().describe(
          'RE2; its capture groups are taken out, or all of the match without any.',
        ),
      }),
    )
    .default([])
    .describe('What is taken out of every line, besides the secrets that are always taken out.'),
  allow: z
    .array(fieldName())
    .default([])
    .describe(
      'Names whose value is kept although they sound like secrets, in any case and with _, - or nothing between words. Secrets that are known by their form are taken out of it all the same. The logger has the same list as `sanitize.allow`.',
    ),
  drop: z
    .array(dropRule)
    .default(defaults.agent.drop.map((rule) => ({ ...rule, patterns: [...rule.patterns] })))
    .describe('Lines that are left out, or sampled. By default successful health checks.'),
  tolerations: z
    .array(
      z.strictObject({
        key: labelKey().exactOptional().describe('Key of the taint; every key without it, with `Exists`.'),
        operator: z
          .enum(['Exists', 'Equal'])
          .default('Equal')
          .describe('`Equal`, as in Kubernetes: the taint has this value. `Exists`: it has any.'),
        value: objectLabelValue().exactOptional().describe('Value of the taint, with `Equal`; empty without it.'),
        effect: z
          .enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule'])
          .exactOptional()
          .describe('Effect of the taint; every effect without it.'),
      }),
    )
    .default([{ operator: 'Exists', effect: 'NoSchedule' }])
    .describe('Taints of nodes that the agent runs on all the same; by default every NoSchedule taint.'),
});
