import { ruleFilesOf } from '../../alerts/rule-files';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

/** Kubernetes accepts a ConfigMap of 1 MiB. The rest is for the stack's own content. */
const MOST = 900 * 2 ** 10;
const KIB = 2 ** 10;
/** Size of the stages of one source in the agent's config. */
const SOURCE = 10 * KIB;
const OWN_SOURCES = 10;

export const sizeRules: readonly Rule[] = [
  { reads: ['agent.files', 'agent.drop', 'agent.redact'], check: ({ agent }) => agentConfig(agent) },
  { reads: ['grafana.dashboards.files'], check: ({ grafana }) => ownDashboards(grafana.dashboards?.files ?? []) },
  { reads: ['alerting'], check: ({ alerting }) => rulesOfTenants(alerting) },
];

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function agentConfig({ files, drop, redact }: StackConfig['agent']): readonly Problem[] {
  const bytes = (files.length + OWN_SOURCES) * (SOURCE + bytesOf(redact)) + bytesOf(drop);
  return when(bytes > MOST, () =>
    problem(
      ['agent'],
      { files: files.length, redact: redact.length, drop: drop.length },
      `at most ${MOST / KIB} KiB of config for the agent, about 10 KiB and all of redact for each source: Kubernetes takes a ConfigMap of 1 MiB`,
      'name fewer folders, each with a wider glob, or fewer and shorter expressions',
    ),
  );
}

/** Own dashboards are one ConfigMap, with their texts as they are. */
function ownDashboards(files: readonly { readonly content: string }[]): readonly Problem[] {
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return when(bytes > MOST, () =>
    problem(
      ['grafana', 'dashboards'],
      `${Math.ceil(bytes / KIB)} KiB in ${files.length} files`,
      `at most ${MOST / KIB} KiB of dashboards: they are one ConfigMap, and Kubernetes takes 1 MiB`,
      'remove what is of no use, or the blanks, with jq -c .',
    ),
  );
}

/** The rules of a tenant are one ConfigMap. */
function rulesOfTenants(alerting: StackConfig['alerting']): readonly Problem[] {
  const bytes = new Map<string | undefined, number>();
  for (const rule of [...alerting.rules, ...alerting.recording, ...ruleFilesOf(alerting)])
    bytes.set(rule.tenant, (bytes.get(rule.tenant) ?? 0) + bytesOf(rule));
  return [...bytes].flatMap(([tenant, size]) =>
    when(size > MOST, () =>
      problem(
        ['alerting'],
        `${Math.ceil(size / KIB)} KiB of rules${tenant === undefined ? '' : ` of ${tenant}`}`,
        `at most ${MOST / KIB} KiB of rules for a tenant: they are one ConfigMap, and Kubernetes takes 1 MiB`,
        'remove what is of no use, or give some of them to another tenant',
      ),
    ),
  );
}
