import { formatPath, type Problem } from '../problem';
import { problem, type Rule, when } from './rule';

/** Characters that YAML does not allow unescaped: control characters, lone surrogates, and noncharacters. */
const UNPRINTABLE = /[^\t\n\r\x20-\x7E\x85\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|\uFEFF/u;

export const textRules: readonly Rule[] = [{ reads: [], check: (config) => unprintable([], config) }];

/** Checks every text of a config, because each stands in a manifest or in a file in one. */
function unprintable(path: readonly PropertyKey[], value: unknown): readonly Problem[] {
  if (typeof value === 'string')
    return when(UNPRINTABLE.test(value), () =>
      problem(
        path,
        value,
        'text without control characters and half characters: manifests are YAML, which has none',
        `remove it from ${formatPath(path)}`,
      ),
    );
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unprintable([...path, Array.isArray(value) ? Number(key) : key], inner),
  );
}
