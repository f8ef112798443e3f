/** One JSON object on a line, by our logger or any other. */
import { CLAIMABLE_JOBS, type Field, FIELDS, LABELS, type Level, STRUCTURED_METADATA } from '../../log-model';
import {
  bareLevel,
  IDS,
  LEVEL_WITHIN,
  longId,
  names,
  RARE_ALIASES,
  RARE_LEVEL_NAMES,
  REQUEST_METHODS,
  SEVERITY_NUMBERS,
  STATUS_OF_TRAEFIK,
} from '../json';
import { OTEL, SYSLOG } from '../level';
import { levelOfStatus, levelOfWord, STATUS, withoutLevel, WORD } from './level';
import {
  all,
  any,
  attribute,
  BODY,
  cached,
  contains,
  type Group,
  groupsOf,
  isAnyOf,
  isNotSet,
  literal,
  set,
  setFirst,
} from './ottl';
import { isJson } from './redaction';
import { ownTime } from './time';

/** The object's values are in the cache, by their names. A line that only begins like an object has none. */
export const PARSED = set('log.cache', `ParseJSON(${BODY})`);

/** A value by the path that Promtail's expressions have: `"log"."level"`. */
const at = (path: string): string => cached(...path.slice(1, -1).split('"."'));
/** A field under any of its names. */
export const valuesOf = (field: Field): readonly string[] => names(field).map((name) => cached(name));

/** Structured metadata of a JSON object. */
export function metadataOf(fields: readonly Field[]): readonly string[] {
  return fields.flatMap((field) => setFirst(attribute(field), valuesOf(field)));
}

/** Makes texts of metadata that are objects or lists. To ask for a type costs much, so most records are not asked. */
export function plainMetadata(): readonly Group[] {
  return [
    {
      condition: all([isJson, any(['":{', '":[', '": {', '": ['].map(contains))]),
      statements: STRUCTURED_METADATA.map((field) => {
        const kept = attribute(field);
        return set(kept, `String(${kept})`, any([`IsMap(${kept})`, `IsList(${kept})`]));
      }),
    },
  ];
}

/** The level by its common names. */
export const commonLevel = setFirst(WORD, [at(LEVEL_WITHIN), at(STATUS_OF_TRAEFIK), ...valuesOf(FIELDS.level)]);

/** Groups for JSON objects of no format of their own. @param formats - the condition of their sources. */
export function jsonRecords(formats: string): readonly Group[] {
  const ofThese = all([isJson, formats]);
  return [
    {
      condition: ofThese,
      statements: [
        PARSED,
        ...metadataOf(STRUCTURED_METADATA),
        ...commonLevel,
        ...levelOfWord(),
        ...ownTime(valuesOf(FIELDS.timestamp)),
        set(attribute(LABELS.job), cached(FIELDS.job), isAnyOf(cached(FIELDS.job), CLAIMABLE_JOBS)),
      ],
    },
    // What only few lines have, so that the others do not pay for it.
    { condition: all([ofThese, withoutLevel]), statements: rareLevel() },
  ];
}

/** A level that is a number, spelt as `COUNTED_LEVELS` spells it. */
const counted = (count: string, name: string): string => `Concat([${literal(count)}, Int(${cached(name)})], "")`;
const isNumber = (name: string): string => `IsDouble(${cached(name)})`;

function rareLevel(): readonly string[] {
  const methods = REQUEST_METHODS.map((name) => `${cached(name)} != nil`);
  return [
    PARSED,
    ...setFirst(WORD, valuesOf(FIELDS.level)),
    set(WORD, cached('s'), `${cached('t', '$date')} != nil`),
    // "@t" without "@l" is Serilog's information.
    set(WORD, literal('info' satisfies Level), `${cached('@t')} != nil`),
    ...setFirst(WORD, RARE_LEVEL_NAMES.map(at)),
    set(WORD, counted(SYSLOG, 'PRIORITY'), `${cached('PRIORITY')} != nil`),
    set(WORD, counted(SYSLOG, FIELDS.level), `${cached('short_message')} != nil`, isNumber(FIELDS.level)),
    // The last one that is set stays.
    ...SEVERITY_NUMBERS.map((name) => set(WORD, counted(OTEL, name), isNumber(name))).reverse(),
    ...setFirst(WORD, [at(LEVEL_WITHIN)]),
    set(WORD, `${groupsOf(WORD, bareLevel('word'))}["word"]`, `IsString(${WORD})`),
    set(
      STATUS,
      cached(FIELDS.status),
      ...valuesOf(FIELDS.level).map(isNotSet),
      `${cached(FIELDS.status)} >= 100`,
      any(methods),
    ),
    set(STATUS, cached('response_code')), // Envoy's
    set(STATUS, at(STATUS_OF_TRAEFIK)),
    ...levelOfStatus(),
    ...levelOfWord(RARE_ALIASES),
  ];
}

/** Ids that are numbers of many digits, as they stand in the line: JSON is read with numbers that do not have them all. */
export function exactIds(): readonly Group[] {
  return [
    {
      condition: any(IDS.map((id) => `${attribute(id)} > ${Number.MAX_SAFE_INTEGER}`)),
      statements: IDS.map((id) => {
        const written = `${groupsOf(BODY, longId(id, 'id'))}["id"]`;
        // It may be one of another object's: then it is another number.
        return set(attribute(id), written, `Double(${written}) == ${attribute(id)}`);
      }),
    },
  ];
}
