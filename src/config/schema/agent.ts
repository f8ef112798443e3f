import { z } from 'zod';
import { FORMATS } from '../../log-model';
import { defaults } from '../defaults';
import { filesVolume } from '../derived/files-volume';
import {
  basicAuthUser,
  byteSize,
  distinct,
  dnsLabel,
  dockerDirectory,
  dropPattern,
  dnsLabelWithin,
  duration,
  extractExpression,
  fieldName,
  fieldPath,
  fileGlob,
  fraction,
  groupName,
  labelKey,
  lineLabelName,
  lineLabelValue,
  logDirectory,
  moment,
  namespacePattern,
  redactExpression,
  stateDirectory,
  streamSelector,
  url,
} from '../scalars';
import { AGENT_TYPES } from './components';
import { egressOf } from './shared';

const fileSource = z.strictObject({
  name: dnsLabelWithin(filesVolume).describe('Name of the source; the agent sees its folder as `/logs/<name>`.'),
  job: dnsLabel().describe('Label `job` of its lines. `service` and `app` have the same value.'),
  format: z.enum(FORMATS).default('auto').describe('Format of its lines.'),
  directory: logDirectory().describe('Folder on the node. Every user must be able to read its files (0644).'),
  files: fileGlob().default(defaults.agent.files).describe('Files of the folder, as a glob.'),
});

const dropRule = z.strictObject({
  name: dnsLabel().describe(
    'Name of the rule; the agent counts its lines: Promtail as `logentry_dropped_lines_total{reason=<name>}`, the Collector as `otelcol_processor_filter_logs_filtered{filter=filter/<name>}`.',
  ),
  selector: streamSelector().describe(
    'Streams that the rule applies to, as label matchers: `{job="nginx", level="info"}`.',
  ),
  patterns: z
    .array(dropPattern())
    .default([])
    .describe(
      'RE2 expressions. A line must also match one of them. Without any, the rule applies to every line of the streams.',
    ),
  keep: fraction().default(0).describe('Fraction of these lines that is kept: 0.1 keeps one in ten.'),
});

const furtherDestination = z.strictObject({
  name: dnsLabel().describe('Name of the destination, for its metrics, its queue and its secrets.'),
  url: url('http', 'https').describe(
    'Where it takes OTLP by HTTP, without `/v1/logs`: `https://otlp.example.com/otlp`. In prod with https.',
  ),
  user: basicAuthUser()
    .optional()
    .describe('User of basic authentication. The password is a secret. Without a user, none is sent.'),
  privateCa: z
    .boolean()
    .default(false)
    .describe(
      'Whether a CA that is not public has made its certificate. The certificate of the CA is then one of the secrets.',
    ),
  queueSize: byteSize()
    .prefault(defaults.agent.queueSize)
    .describe(
      'Space on each node’s disk for records that it has not taken yet. What does not fit is dropped for this destination alone, and counted.',
    ),
  egress: egressOf('it'),
});

const namespacesOfTenant = z.strictObject({
  namespaces: z
    .array(namespacePattern())
    .min(1)
    .describe('Namespaces whose lines are of the tenant, by name or by pattern: `team-a-*`. Each is of one tenant.'),
  credential: dnsLabel().describe('Write credential of the tenant.'),
  queueSize: byteSize()
    .prefault(defaults.agent.queueSize)
    .describe('Space on each node’s disk for lines of the tenant that are read and not delivered.'),
});

const otherGateway = z.strictObject({
  url: url('http', 'https').describe(
    'Its address, without the path of the API: `https://logs.example.com`. In prod with https.',
  ),
  privateCa: z
    .boolean()
    .default(false)
    .describe(
      'Whether a CA that is not public has made its certificate. The certificate of the CA is then one of the secrets.',
    ),
  egress: egressOf('it'),
});

const podLabel = {
  name: lineLabelName().describe('What it is called in Loki.'),
  podLabel: labelKey().describe('Label of the pod that it has its value from.'),
};

const podLabels = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('label').describe('A label, by which selectors find streams.'),
    ...podLabel,
    values: distinct(z.array(lineLabelValue()).min(1)).describe(
      'Its values. A pod with another value has no such label in Loki.',
    ),
  }),
  z.strictObject({
    type: z.literal('metadata').describe('Kept beside each line as structured metadata, with any value.'),
    ...podLabel,
  }),
]);

/** What is taken out of lines. @param from - where it is in the line */
const extractedFrom = (from: () => z.ZodType<string, string>, where: string) => {
  const field = {
    name: lineLabelName().describe('What it is called in Loki.'),
    from: from().describe(where),
  };
  return {
    selector: streamSelector().describe(
      'Streams that it is taken from, as label matchers: `{job="orders"}`. Labels of `extract` itself are not known yet.',
    ),
    labels: z
      .array(
        z.strictObject({
          ...field,
          values: distinct(z.array(lineLabelValue()).min(1)).describe(
            'Its values. A line with another value has no such label.',
          ),
        }),
      )
      .default([])
      .describe('What becomes a label, by which selectors find streams.'),
    metadata: z
      .array(z.strictObject(field))
      .default([])
      .describe('What is kept beside the line as structured metadata, with any value.'),
  };
};

const extract = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('json').describe('From lines that are a JSON object.'),
    ...extractedFrom(fieldPath, 'Key of the field, or keys with a dot between two: `order.id`.'),
  }),
  z.strictObject({
    type: z.literal('logfmt').describe('From lines with pairs: `shop=north order=7`.'),
    ...extractedFrom(fieldPath, 'Key of the pair.'),
  }),
  z.strictObject({
    type: z.literal('regex').describe('From lines that an expression matches.'),
    expression: extractExpression().describe('RE2 expression with named groups: `shop=(?P<shop>[a-z]+)`.'),
    ...extractedFrom(groupName, 'Name of the group.'),
  }),
]);

export const agent = z.strictObject({
  type: z
    .enum(AGENT_TYPES)
    .default(defaults.agent.type)
    .describe(
      'Program that reads the lines: `promtail`, or the OpenTelemetry `collector`. Promtail gets no fixes any more (`docs/agents.md`).',
    ),
  credential: dnsLabel().default(defaults.auth.write).describe('Write credential of the agent.'),
  tenants: z
    .array(namespacesOfTenant)
    .default([])
    .describe(
      'Tenants of their own for the lines of some namespaces (`docs/access.md`). Lines of all other namespaces, and those of `files`, go with `credential`. Not with Promtail.',
    ),
  gateway: otherGateway
    .optional()
    .describe(
      'Gateway of another stack, to which the agents push. Only with `components: [agent]`, and needed there. That stack has `credential` among its write credentials.',
    ),
  batchWait: duration().prefault(defaults.agent.batchWait).describe('Longest time that a line waits for its batch.'),
  batchSize: byteSize().prefault(defaults.agent.batchSize).describe('Size at which a batch is sent.'),
  positionsDirectory: stateDirectory(defaults.agent.positionsDirectory.promtail)
    .optional()
    .describe(
      `Directory on the node for read positions, and for the queue of the Collector. It outlives the pod. By default \`${defaults.agent.positionsDirectory.promtail}\` or \`${defaults.agent.positionsDirectory.collector}\`. Where \`namespaces.agents\` is not the default one, \`-<namespace>\` is appended, so that no two stacks share a directory.`,
    ),
  queueSize: byteSize()
    .prefault(defaults.agent.queueSize)
    .describe(
      'Space on each node’s disk for lines that are read and not delivered, of the Collector. When it is full, the agent waits, and lines wait in the containers’ log files. Promtail has no queue.',
    ),
  also: z
    .array(furtherDestination)
    .default([])
    .describe(
      'Further destinations, to which the Collector sends the same records by OTLP (`docs/agents.md`). Lines reach Loki whether these take them or not. Not with Promtail.',
    ),
  containerLogMaxSize: byteSize()
    .prefault(defaults.agent.containerLogMaxSize)
    .describe(
      'Size at which the kubelet rotates a container’s log, as the kubelet’s setting of this name has it. The stack does not change the kubelet. It computes from this size how long an outage the agent bridges (`docs/durability.md`).',
    ),
  podLogsDirectory: logDirectory()
    .default(defaults.agent.podLogsDirectory)
    .describe(
      'Folder of the node with the log files of pods, as the kubelet’s setting `podLogsDir` has it. The stack does not change the kubelet.',
    ),
  containerRuntime: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z
          .literal('cri')
          .describe('containerd, CRI-O, and every other runtime that writes the format of the CRI.'),
      }),
      z.strictObject({
        type: z
          .literal('docker')
          .describe(
            'Docker behind cri-dockerd, with its log driver `json-file`. The files of `podLogsDirectory` are links to those of Docker (`docs/agents.md`).',
          ),
        directory: dockerDirectory()
          .default(defaults.agent.dockerDirectory)
          .describe('Folder of the node with Docker’s containers. The agent reads it.'),
      }),
    ])
    .default({ type: 'cri' })
    .describe('How the container runtime of the nodes writes the lines of pods.'),
  since: moment()
    .optional()
    .describe(
      'Moment from which on lines are read: what the container runtime wrote before is left out, and counted as dropped for `before-since`. It keeps an agent that takes over from the other one from sending again what that one has sent (`docs/agents.md`). By default, everything that is on the nodes is read.',
    ),
  excludeNamespaces: z
    .array(namespacePattern())
    .default([])
    .describe(
      'Namespaces whose pods are not collected, by name or by pattern: `kube-*` is all whose names begin so. A pattern may not mean a namespace of the stack itself.',
    ),
  labels: z
    .record(lineLabelName(), lineLabelValue())
    .default({})
    .describe('Labels with one value, which all lines of the agent have (`docs/sources.md`).'),
  podLabels: z
    .array(podLabels)
    .default([])
    .describe('Labels of pods that their lines have too, as labels or as structured metadata (`docs/sources.md`).'),
  extract: z
    .array(extract)
    .default([])
    .describe(
      'What the agent takes out of lines of own programs, beyond the fields that it knows (`docs/sources.md`). It sees redacted lines.',
    ),
  files: z.array(fileSource).default([]).describe('Log files on the nodes, for programs that do not write to stdout.'),
  redact: z
    .array(
      z.strictObject({
        name: dnsLabel().describe('A name for readers.'),
        expression: redactExpression().describe(
          'RE2 expression. Its capture groups are redacted. Without any group, the whole match is redacted.',
        ),
      }),
    )
    .default([])
    .describe('Expressions that are redacted in every line, in addition to the secrets that are always redacted.'),
  allow: z
    .array(fieldName())
    .default([])
    .describe(
      'Names of fields that look secret but are not: their values are kept. Case does not matter, nor do _ and - between words. A value with the form of a known secret is still redacted. The logger has the same list as `sanitize.allow`.',
    ),
  drop: z
    .array(dropRule)
    .default(defaults.agent.drop.map((rule) => ({ ...rule, patterns: [...rule.patterns] })))
    .describe('Lines that are dropped or sampled. By default, successful health checks.'),
});
