import { LOG_AGGREGATION_UID } from '../../dashboards/log-aggregation';
import { LOGGING_STACK_UID } from '../../dashboards/logging-stack';
import { type DashboardText, parseDashboard } from '../../dashboards/own';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

type Path = readonly PropertyKey[];
type Dashboards = NonNullable<StackConfig['grafana']['dashboards']>;

const PATH = ['grafana', 'dashboards'] as const;
/** A uid as Grafana accepts it (pkg/util/shortid_generator.go). */
const UID = /^[A-Za-z0-9_-]{1,40}$/;
const BUILT_IN = [LOG_AGGREGATION_UID, LOGGING_STACK_UID];

export const grafanaDashboardRules: readonly Rule[] = [
  {
    reads: ['grafana.dashboards.folder', 'grafana.dashboards.files'],
    check: ({ grafana: { dashboards } }) => (dashboards === undefined ? [] : ownDashboards(dashboards)),
  },
];

function ownDashboards({ folder, files = [] }: Dashboards): readonly Problem[] {
  if (files.length === 0)
    return [
      problem(
        [...PATH, 'files'],
        files,
        'at least one dashboard',
        'set it where a program makes the config itself, or remove grafana.dashboards',
      ),
    ];
  const uids = new Map<string, string>(BUILT_IN.map((uid) => [uid, 'a built-in dashboard']));
  const titles = new Map<string, string>();
  return files.flatMap(({ name, content }) => {
    const path = [...PATH, `${folder}/${name}`];
    const parsed = parseDashboard(content);
    return 'why' in parsed
      ? [
          problem(
            path,
            content,
            `a dashboard as JSON, one mapping; ${parsed.why}`,
            'mend the file, or export the dashboard once more',
          ),
        ]
      : [
          ...shapeOf(path, parsed.dashboard),
          ...unique([...path, 'uid'], parsed.dashboard['uid'], name, uids),
          ...unique([...path, 'title'], parsed.dashboard['title'], name, titles),
        ];
  });
}

function shapeOf(path: Path, dashboard: DashboardText): readonly Problem[] {
  const { uid, title, __inputs: inputs } = dashboard;
  return [
    ...when(inputs !== undefined, () =>
      problem(
        [...path, '__inputs'],
        inputs,
        'none: Grafana asks for these in its import dialogue, and a provisioned dashboard has none',
        'export the dashboard without “Export for sharing externally”',
      ),
    ),
    ...when(typeof uid !== 'string' || !UID.test(uid), () =>
      problem(
        [...path, 'uid'],
        uid,
        'a uid of 1 to 40 letters, digits, hyphens and underscores, by which links find the dashboard',
        uid === undefined ? unwrapping(dashboard) : 'write for example shop-orders',
      ),
    ),
    ...when(typeof title !== 'string' || title.trim() === '', () =>
      problem(
        [...path, 'title'],
        title,
        'a title, a text that is not empty',
        title === undefined ? unwrapping(dashboard) : 'write for example "Orders"',
      ),
    ),
  ];
}

/** Grafana's API wraps a dashboard: the dashboard itself is one key of the answer. */
function unwrapping({ dashboard, spec }: DashboardText): string {
  if (typeof dashboard === 'object') return 'put what stands in dashboard alone into the file';
  return typeof spec === 'object'
    ? 'export the dashboard as classic JSON: a resource with spec is not supported'
    : 'add it to the file';
}

/** Two dashboards with one uid replace each other. Two with one title cannot be told apart. */
function unique(path: Path, value: unknown, file: string, seen: Map<string, string>): readonly Problem[] {
  if (typeof value !== 'string') return [];
  const owner = seen.get(value.trim());
  seen.set(value.trim(), owner ?? file);
  return when(owner !== undefined, () =>
    problem(
      path,
      value,
      `a ${String(path.at(-1))} that no other dashboard has; ${owner ?? ''} has it`,
      `write another ${String(path.at(-1))}`,
    ),
  );
}
