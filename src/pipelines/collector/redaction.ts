/**
 * Redaction by the Collector, with the outcome of Promtail's.
 *
 * Promtail replaces what a group of an expression captures, and leaves a match without it as it is. `replace_pattern` replaces
 * every match. So it puts marks around what is secret, and nothing between them where a match is harmless. A second expression
 * takes out the empty pairs, and a third one replaces what is between two marks. The first one is Promtail's own: it finds the same
 * matches, in the same order.
 */
import { REDACTED, type SecretPattern, secretPatterns } from '../../log-model';
import { expressionsOf, type Redaction, searchOrder, SEPARATOR, spellings, WITH_PAIRS } from '../redaction';
import { LOGFMT, QUOTED } from '../text';
import { all, any, attribute, BODY, contains, type Group, literal, matches, not, ofFormat, replace, set } from './ottl';
import { segments } from './segments';

/** Around a secret. No text has these: Unicode has set them aside for the inner use of programs. */
const [BEGIN, END] = ['\ufdd0', '\ufdd1'];
const MARKS = `${BEGIN}|${END}`;

/** Where patterns are searched for, and the lines that are of that kind. */
const PLACES = ['json', 'logfmt', 'text'] as const;
type PlaceOfLine = (typeof PLACES)[number];

/** Attribute of a record: it is a JSON object. The receiver sets it. */
export const FORM = 'form';
export const JSON_FORM = 'json';
export const isJson = `${attribute(FORM)} == ${literal(JSON_FORM)}`;
/** Attribute of a record that may have a secret: where to search for one. */
const SUSPECT = 'suspect';
/** The same within a tier of the search. */
const NAMED = 'named';

/** Redaction: which records go where, and what is done there. */
export interface CollectorRedaction {
  /** Marks the records that have to be looked through. */
  readonly suspects: readonly Group[];
  /** For each kind of line: the condition of its records, and what redacts them. */
  readonly routes: readonly { readonly name: string; readonly condition: string; readonly groups: readonly Group[] }[];
  /** For every record, after that: the stack's own expressions. */
  readonly further: readonly Group[];
}

export function redact(further: readonly Redaction[], allow: readonly string[]): CollectorRedaction {
  const patterns = secretPatterns(allow);
  const triggers = spellings(patterns.flatMap(({ exact }) => exact));
  const isPairs = all([ofFormat(...WITH_PAIRS), matches(BODY, LOGFMT), not(contains('\n'))]);
  const kinds: Readonly<Record<PlaceOfLine, string>> = {
    json: isJson,
    logfmt: all([not(isJson), isPairs]),
    text: all([not(isJson), not(isPairs)]),
  };
  return {
    suspects: [
      { condition: any([BEGIN, END].map(contains)), statements: [replace(MARKS, '')] },
      {
        condition: any(triggers.map(contains)),
        statements: PLACES.map((place) => set(attribute(SUSPECT), literal(place), kinds[place])),
      },
    ],
    routes: PLACES.map((place) => ({
      name: place,
      // The router reads paths without the name of what they are in.
      condition: `attributes[${literal(SUSPECT)}] == ${literal(place)}`,
      groups: groupsFor(
        place,
        patterns.filter(({ places }) => places.includes(place)),
      ),
    })),
    further: further.length === 0 ? [] : [{ statements: further.flatMap(({ expression }) => captured(expression)) }],
  };
}

function groupsFor(place: PlaceOfLine, patterns: readonly SecretPattern[]): readonly Group[] {
  const groups = searchOrder(patterns).flatMap((tier, index): readonly Group[] => {
    const single = tier.flatMap(({ triggers, groups: within }) =>
      within.map((group) => ({
        conditions: [triggers, group.contains]
          .filter((texts) => texts.length > 0)
          .map((texts) => any(texts.map(contains))),
        statements: group.patterns.flatMap(statementsOf),
      })),
    );
    const [first] = tier;
    // Many groups behind the same many texts: these are looked for once.
    if (first === undefined || tier.length > 1 || first.groups.length === 1)
      return single.map(({ conditions, statements }) => ({ condition: all(conditions), statements }));
    const name = `${NAMED}${index}`;
    return [
      {
        condition: any(first.triggers.map(contains)),
        statements: [set(attribute(name), 'true')],
      },
      ...first.groups.map((group) => ({
        condition: all([
          `${attribute(name)} == true`,
          ...(group.contains.length === 0 ? [] : [any(group.contains.map(contains))]),
        ]),
        statements: group.patterns.flatMap(statementsOf),
      })),
    ];
  });
  if (place !== 'logfmt') return groups;
  return [
    { statements: swapped(`(${QUOTED})|( )`, `${group(1)}${BEGIN}${group(2)}${END}`, SEPARATOR) },
    ...groups,
    { statements: [replace(SEPARATOR, ' ')] },
  ];
}

function statementsOf(pattern: SecretPattern): readonly string[] {
  const { flags, unless, before, keep, secret, after = '', replacement } = expressionsOf(pattern);
  if (unless === undefined && keep === undefined)
    return [replace(`${flags}(${before})(?:${secret})(${after})`, `\${1}${replacement}\${2}`)];
  const harmless = unless === undefined ? '' : `(${unless})|`;
  const kept = keep === undefined ? '' : `(${keep})|`;
  const numbers = [unless, before, keep].filter((part) => part !== undefined).map((_, index) => index + 1);
  const number = numbers.length + 1;
  return swapped(
    `${flags}${harmless}(${before})(?:${kept}(${secret})(${after}))`,
    `${numbers.map(group).join('')}${BEGIN}${group(number)}${END}${group(number + 1)}`,
    replacement,
  );
}

/** An expression of the stack file: what its groups capture is replaced, or all that it matches. */
function captured(expression: string): readonly string[] {
  const { expression: inGroups, secret } = segments(expression);
  const marks = secret.map((isSecret, index) => (isSecret ? `${BEGIN}${group(index + 1)}${END}` : group(index + 1)));
  return swapped(inGroups, marks.join(''), REDACTED);
}

const group = (number: number): string => `\${${number}}`;

function swapped(expression: string, marks: string, replacement: string): readonly string[] {
  return [replace(expression, marks), replace(`${BEGIN}${END}`, ''), replace(`${BEGIN}[^${END}]+${END}`, replacement)];
}
