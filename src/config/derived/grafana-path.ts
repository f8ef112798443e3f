/** The path below which Grafana is, where it shares its host with others. */

/** `https://example.com/logs/` → `/logs`; empty where Grafana has the host for itself. */
export function grafanaPath({ url }: { readonly url: string }): string {
  return new URL(url).pathname.replace(/\/$/, '');
}
