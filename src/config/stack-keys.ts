/** Keys of a stack file: which are this project's, which are somebody else's, and which are nobody's. */
import type { Found, Problem } from './problem';
import { stackConfigSchema } from './schema';
import { closest } from './suggest';

/** Prefix of this project's keys in a stack file: the project name of Pulumi.yaml. */
export const PROJECT = 'spywatcher-logs';
/** The one key that holds secret values, encrypted by Pulumi. It is no part of the stack config. */
export const SECRETS_KEY = 'secrets';
export const PROJECT_FILE = 'Pulumi.yaml';

/** Keys of a stack file that are Pulumi's own. */
const TOP_LEVEL = ['config', 'secretsprovider', 'encryptedkey', 'encryptionsalt', 'environment'];
/** Prefixes that are known, whatever they look like. */
const KNOWN_OTHERS = ['kubernetes', 'pulumi'];

/**
 * Whose a key of `config` is: `own`; `other` program's or provider's; or `nobody`'s, for its prefix is this project's but
 * for a few letters, or is none. Pulumi adds a prefix that is missing, its project's, and drops a second part `config`.
 *
 * @param project - name of the project in Pulumi.yaml.
 */
export function prefixOf(key: string, project = PROJECT): 'own' | 'other' | 'nobody' {
  const [prefix = '', ...name] = key.split(':');
  if (name.length === 0) return project === PROJECT ? 'nobody' : 'other';
  if (prefix === PROJECT) return name.length === 1 ? 'own' : 'nobody';
  if (KNOWN_OTHERS.includes(prefix) || prefix === project) return 'other';
  return /^[a-z0-9][\w.-]*$/i.test(prefix) && closest(prefix, [PROJECT]) === undefined ? 'other' : 'nobody';
}

/** Keys of `config` that nobody would read. */
export function keyProblems(keys: readonly string[], project?: string): readonly Found[] {
  return keys
    .filter((key) => prefixOf(key, project) === 'nobody')
    .map((key) => {
      const name = key.slice(key.lastIndexOf(':') + 1).trim();
      return {
        problem: nobodysKey(`config.${key}`, `did you mean ${PROJECT}:${name}?`),
        ...(keys.includes(`${PROJECT}:${name}`) ? {} : { doubts: [name] }),
      };
    });
}

function nobodysKey(path: string, remedy: string): Problem {
  return {
    path,
    received: '(not shown)',
    rule: `a key of this project begins with ${PROJECT}: exactly; another prefix is another program’s, unless it is nearly this one`,
    remedy,
  };
}

/** Keys beside `config` that are not Pulumi's. */
export function topLevelProblems(document: Readonly<Record<string, unknown>>): readonly Found[] {
  const sections = [...Object.keys(stackConfigSchema.shape), SECRETS_KEY];
  return Object.entries(document).flatMap(([key, value]): readonly Found[] => {
    const name = key.slice(key.lastIndexOf(':') + 1).trim();
    // Pulumi's own is a list, or a mapping.
    const isOurs =
      key === 'environment' ? typeof value === 'string' : prefixOf(key) !== 'other' && sections.includes(name);
    if (TOP_LEVEL.includes(key) && !isOurs) return [];
    const similar = closest(key, TOP_LEVEL);
    return [
      {
        problem: {
          path: key,
          received: '(not shown)',
          rule: `beside config there are keys of Pulumi’s own alone: ${TOP_LEVEL.join(', ')}`,
          remedy: isOurs
            ? `write ${PROJECT}:${name} below config`
            : similar === undefined || similar === key
              ? 'remove it; an anchor may stand where it is used first'
              : `did you mean ${similar}?`,
        },
        ...(isOurs ? { doubts: [name] } : {}),
      },
    ];
  });
}
