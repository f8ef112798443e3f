/** Secrets that are found by their own form, or by the form of the text around them, without a name. */
import { NO_SECRET } from './names';
import { EVERYWHERE, IN_STRINGS, type Place, type SecretPattern } from './pattern';

/** An escape sequence of JSON, whose letter is not a part of the word behind it. */
const ESCAPE = '\\\\{1,16}(?:u[0-9a-f]{4}|[nrtbf])';
/** The beginning of a word. */
const START = `(?:\\b|${ESCAPE})`;
/** Ends of names with an @ that are no addresses: units of systemd, files, hosts of an inner network. */
const NO_DOMAINS = [
  ...['service', 'socket', 'timer', 'mount', 'automount', 'target', 'slice', 'scope', 'path', 'swap', 'device'],
  ...['png', 'jpg', 'jpeg', 'gif', 'svg', 'webp', 'avif', 'ico', 'css', 'js', 'cjs', 'mjs', 'jsx', 'ts', 'tsx', 'map'],
  ...['json', 'htm', 'html', 'xml', 'yml', 'yaml', 'toml', 'log', 'conf'],
  ...['internal', 'local', 'localdomain', 'lan', 'intranet'],
];
/** The last part of a host's name, not empty and none of these: RE2 has no "not". */
const TOP_LEVEL = `${otherThan(['', ...NO_DOMAINS])}(?:\\b|[0-9_])`;

/** Letters that are none of some words, to the end of a word. */
function otherThan(words: readonly string[]): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const firsts = [...new Set(words.filter((word) => word !== '').map((word) => word.charAt(0)))];
  const others = firsts.reduce((left, first) => left.replace(first, ''), letters);
  const rest = firsts.map((first) => {
    const next = words.filter((word) => word.startsWith(first)).map((word) => word.slice(1));
    return `${first}${otherThan(next)}`;
  });
  const more = `(?:${[`[${others}][a-z]*`, ...rest].join('|')})`;
  // More letters have to follow the end of a word.
  return firsts.length === 0 ? `[a-z]${words.includes('') ? '+' : '*'}` : words.includes('') ? more : `${more}?`;
}

/** A cookie or a parameter may be quoted. @param quote - how a quote is written. */
function header(places: readonly Place[], quote: string): SecretPattern {
  const before = '(?:cookie:|authorization[ \\t]{0,8}[:=])[ \\t]{0,8}';
  return {
    kind: 'cookie or authorization header',
    places,
    triggers: ['cookie:', 'authorization'],
    exact: ['ookie:', 'COOKIE:', 'uthorization', 'UTHORIZATION'],
    unless: `${before}(?:${NO_SECRET})(?:[\\s"'\\\\,;]|$)`,
    before,
    // To the end of the header: it may hold several.
    secret: `[^\\s"'\\\\](?:[^\\r\\n\\f"'\\\\]|=${quote}[^"\\r\\n\\f\\\\]*${quote})*`,
  };
}

/** In the order in which they are applied. */
export const FORMS: readonly SecretPattern[] = [
  {
    kind: 'private key',
    places: EVERYWHERE,
    triggers: ['private key-----'],
    exact: ['PRIVATE KEY-----'],
    before: '-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----',
    // Node prints one as several texts with a + between them.
    secret: `(?:[^"'<>\\\\]|\\\\+[^"'\\\\]|'(?:\\s|\\\\{1,16}n){0,4}\\+(?:\\s|\\\\{1,16}n){0,40}')+?`,
    after: '(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----|\\\\*["\'<>]|$)',
  },
  {
    kind: 'password in a URL',
    places: EVERYWHERE,
    triggers: ['@'],
    exact: ['@'],
    contains: ['://'],
    // A port is no password.
    unless:
      '://(?:[^\\s/:@"\'\\\\]{0,64}:[0-9]{1,5}|\\[[0-9a-f:.]{2,40}\\](?::[0-9]{1,5})?)(?:[/?#\\s"\'\\\\,;)\\]}]|$)',
    before: '://[^\\s/:@"\'\\\\]{0,64}:',
    // Up to the last @ before the path; a password may hold what should be encoded in it.
    secret: '(?:[^\\s/?#"\'\\\\]+|(?:[^\\s@"\'\\\\]|\\\\*["\'][^\\s@"\'\\\\,:;)}\\]]|\\\\+[^\\s@"\'\\\\nrt])+)',
    after: '@',
  },
  {
    kind: 'password in a URL',
    places: EVERYWHERE,
    triggers: ['@tcp', '@unix(', '@udp'],
    exact: ['@tcp', '@unix(', '@udp'],
    before: '\\b[\\w.%+-]{1,64}:',
    secret: '[^\\s"\'\\\\]+',
    after: '@(?:tcp[46]?|unix|udp[46]?)\\(',
  },
  {
    kind: 'token in a path',
    places: EVERYWHERE,
    triggers: ['/webhooks/', '/interactions/'],
    exact: ['/webhooks/', '/interactions/'],
    before: '/(?:webhooks|interactions)/[0-9]{5,32}/',
    secret: '[\\w-]+',
  },
  {
    kind: 'token in a path',
    places: EVERYWHERE,
    triggers: ['hooks.slack'],
    exact: ['hooks.slack'],
    before: 'hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/',
    secret: '[\\w/-]+',
  },
  {
    kind: 'token in a path',
    places: EVERYWHERE,
    triggers: ['/bot'],
    exact: ['/bot'],
    before: '/bot[0-9]{5,16}(?::|%3a)',
    secret: '[\\w-]{10,}',
  },
  {
    kind: 'JSON Web Token',
    places: EVERYWHERE,
    triggers: ['eyj'],
    exact: ['eyJ'],
    before: START,
    // A required ending would be searched for from each of many beginnings, so none is required.
    secret: 'eyJ[\\w-]{16,}(?:\\.[\\w-]*)*',
  },
  {
    kind: 'Discord bot token',
    places: EVERYWHERE,
    triggers: [],
    // The first digits of an id in base64.
    exact: ['mfa.', 'MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'],
    before: START,
    secret: '(?:mfa\\.[\\w-]{20,}|[MNO][\\w-]{22,27}\\.[\\w-]{6,7}\\.[\\w-]{27,})',
  },
  {
    kind: 'API key of a known form',
    places: EVERYWHERE,
    triggers: [
      ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'npm_'],
      ...['sk_', 'sk-', 'rk_', 'rk-', 'xox', 'akia', 'aiza'],
    ],
    exact: [
      ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'npm_'],
      ...['sk_', 'sk-', 'rk_', 'rk-', 'xox', 'AKIA', 'AIza'],
    ],
    before: START,
    secret:
      '(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}|glpat-[\\w-]{20,}|npm_[A-Za-z0-9]{30,}|[sr]k[-_](?:live|test|proj|ant)[-_][\\w-]{16,}|xox[a-z]-[\\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\\w-]{35})',
  },
  {
    kind: 'credential of an HTTP scheme',
    places: EVERYWHERE,
    triggers: ['bearer', 'basic'],
    exact: ['earer', 'BEARER', 'asic', 'BASIC'],
    caseSensitive: true,
    before: `${START}(?:(?:[Bb]earer|BEARER|[Bb]asic|BASIC)(?: |%20|\\+){1,4})+`,
    // Words of a sentence, parameters of a challenge. After Discord's `Bot` is mostly a name: its tokens are known by their form.
    keep: '[A-Z]?[a-z]+(?:[-_/][A-Z]?[a-z]+)*(?:[^\\w.~+/=-]|[.](?:\\s|$)|$)|[a-z_]+=\\\\*"',
    // The end of their base64 distinguishes shorter ones from words.
    secret: '(?:[\\w.~+/=-]{16,}|[\\w+/-]{4,15}={1,2})',
  },
  header(['text'], '"'),
  header(IN_STRINGS, '\\\\"'),
  {
    kind: 'secret in a command',
    places: EVERYWHERE,
    triggers: ['auth plain', 'auth login', 'auth xoauth2'],
    exact: ['AUTH PLAIN', 'AUTH LOGIN', 'AUTH XOAUTH2'],
    before: `${START}AUTH (?:PLAIN|LOGIN|XOAUTH2)[ \\t]{1,8}`,
    secret: '[\\w+/]{4,}={0,2}',
  },
  {
    kind: 'secret in a command',
    places: EVERYWHERE,
    triggers: ['setuser'],
    exact: ['setuser', 'SETUSER'],
    // A password of a user of Redis.
    before: '(?:\\s|\\\\*["\'])(?:[><#!]|\\\\{1,16}u003[ce])',
    secret: '[^\\s"\'\\\\]{2,}',
  },
  {
    kind: 'secret in a command',
    places: EVERYWHERE,
    triggers: ['requirepass ', 'masterauth '],
    exact: ['requirepass ', 'masterauth '],
    before: '(?:requirepass|masterauth)[ \\t]{1,8}\\\\{0,16}["\']?',
    secret: '[^\\s"\'\\\\]+',
  },
  {
    kind: 'OAuth parameter',
    places: EVERYWHERE,
    triggers: ['scope', 'code='],
    exact: ['cope', 'COPE', 'code='],
    // A short number is a status.
    unless: '(?:[?&]|\\\\{1,16}u0026)code=[0-9]{1,4}(?:[^\\w.-]|$)',
    before: '(?:[?&]|\\\\{1,16}u0026)(?:scopes?|code)=', // the code is as good as the token that one gets for it
    secret: '[^\\s"\'&#\\\\]+',
  },
  {
    kind: 'OAuth parameter',
    places: EVERYWHERE,
    triggers: ['code='],
    exact: ['code='],
    // The first one of a form.
    before: `${START}code=`,
    secret: '[^\\s"\'&#\\\\]+',
    after:
      '(?:&|\\\\{1,16}u0026)(?:[^\\s"\'\\\\]|\\\\{1,16}u0026)*?(?:grant_type|redirect_uri|client_id|code_verifier|state)=',
  },
  {
    kind: 'e-mail address',
    places: EVERYWHERE,
    triggers: ['@', '%40'],
    exact: ['@', '%40'],
    unless: '\\bgit@[\\w.-]+:',
    before: `(?:${ESCAPE})?`,
    // A version begins with two numbers, and no host's name does.
    secret:
      '[\\w.%+-]{1,64}(?:@|%40)(?:[0-9-]{0,63}[a-z][a-z0-9-]{0,63}(?:\\.[a-z0-9-]{1,63}){0,4}|[0-9-]{1,63})\\.' +
      TOP_LEVEL,
  },
];
