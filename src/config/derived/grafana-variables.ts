/** Environment variables that Grafana reads settings from. */

/** Variable, or key of a section → value. */
export type Settings = Readonly<Record<string, string>>;

/** The variable of a key of a section, as Grafana makes it (pkg/setting/setting.go, `EnvKey`). */
export function variable(section: string, key: string): string {
  return `GF_${section}_${key}`.replaceAll(/[.-]/g, '_').toUpperCase();
}

/** Settings of one section. */
export function prefixed(prefix: string, settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${prefix}_${name}`, value]));
}
