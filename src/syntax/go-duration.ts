/** Durations as Prometheus and Go read them, and so Loki. */

const PROMETHEUS = /^(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const HOUR = 3600;
/** Units of its groups, in seconds. */
const UNITS = [365 * 24 * HOUR, 7 * 24 * HOUR, 24 * HOUR, HOUR, 60, 1, 0.001];
const GO = /^-?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;
const GO_PART = /([\d.]+)([a-zµ]+)/g;
const GO_UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: HOUR };
/** 2^63 ns, with something to spare. */
const LONGEST = 9.2e9;

/** `1h30m`: larger units first, whole numbers; also `0`. */
export function isPrometheusDuration(text: string): boolean {
  if (text === '0') return true;
  const parts = PROMETHEUS.exec(text)?.slice(1);
  if (parts === undefined) return false;
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0) < LONGEST;
}

/** In a filter, or of an offset: one of Prometheus, or of Go (`1.5h`, `-5m`). */
export function isLogqlDuration(text: string): boolean {
  if (text === '0') return false; // a number
  if (isPrometheusDuration(text)) return true;
  if (!GO.test(text)) return false;
  const parts = [...text.matchAll(GO_PART)];
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (GO_UNITS[unit] ?? 0), 0) < LONGEST;
}
