/** Whether a value of a file is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of a file as a mapping; undefined where it is none. */
export function mappingOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isMapping(value) ? { ...value } : undefined;
}
