/** Environment variables that Grafana reads settings from. */

/** Variable, or key of a section → value. */
export type Settings = Readonly<Record<string, string>>;

/** Settings of one section. */
export function prefixed(prefix: string, settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${prefix}_${name}`, value]));
}
