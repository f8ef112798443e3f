/** Dashboards that a team wrote: files of JSON that Grafana is provisioned with as they are. */
import { isMapping } from '../config/mapping';
import type { StackConfig } from '../config/schema';

/** A dashboard as its file has it: what is in it, nobody has checked. */
export type DashboardText = Readonly<Record<string, unknown>>;

/** The text of a file as a dashboard, or why it is none. */
export function parseDashboard(content: string): { readonly dashboard: DashboardText } | { readonly why: string } {
  try {
    const value: unknown = JSON.parse(content);
    if (isMapping(value)) return { dashboard: value };
    return { why: `this is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}` };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { why: error.message.replaceAll(/\s+/g, ' ') };
  }
}

/** Files as a ConfigMap has them: the names on disk may have spaces, but a uid has none. */
export function ownDashboardFiles({ grafana }: Pick<StackConfig, 'grafana'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (grafana.dashboards?.files ?? []).map(({ name, content }) => {
      const parsed = parseDashboard(content);
      if ('why' in parsed) throw new Error(`${name}: a dashboard was expected; ${parsed.why}`);
      return [`${String(parsed.dashboard['uid'])}.json`, content];
    }),
  );
}
