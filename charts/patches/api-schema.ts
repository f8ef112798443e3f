/** Whether the API server would take an object, by its own schema: fields and types, no meaning. */
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { re2 } from '../../src/syntax/re2';
import { keysOf, pointerOf } from './pointer';
import schemas from './api-schema.json';

/** Where an object is wrong, and what the schema says. */
export interface Fault {
  /** A JSON pointer. */
  readonly place: string;
  readonly rule: string;
}

/** Key of a kind in the schema: `apps/v1/Deployment`. */
export function schemaKey({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `${apiVersion}/${kind}`;
}

/** Kinds that the schema has. */
export const KNOWN_KINDS: readonly string[] = Object.keys(schemas.kinds);

let loaded: Ajv | undefined;

/** It takes its time to load, and most stacks have no patch. */
function ajv(): Ajv {
  if (loaded !== undefined) return loaded;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when there is something to check, and still bundled
  const { Ajv: Validator } = require('ajv') as typeof import('ajv');
  const regExp = Object.assign(pattern, { code: 're2' });
  loaded = new Validator({ allErrors: true, strict: false, code: { regExp } });
  loaded.addSchema({ $id: 'api', definitions: schemas.definitions });
  return loaded;
}

function validatorOf(key: string): ValidateFunction | undefined {
  const kinds: Readonly<Record<string, string>> = schemas.kinds;
  const name = kinds[key];
  return name === undefined ? undefined : ajv().getSchema(`api#/definitions/${name}`);
}

/** Patterns are the API server's: Go's, some of which JavaScript cannot read. */
function pattern(expression: string): { readonly test: (text: string) => boolean; readonly toString: () => string } {
  const read = re2(expression);
  if (typeof read === 'string') throw new Error(`api-schema.json has a pattern that RE2 cannot read: ${read}`);
  // By its text, two patterns are told from one another.
  return { test: read.finds, toString: () => expression };
}

/** Every fault of an object. @throws Error for a kind that the schema does not have */
export function schemaFaults(object: unknown): readonly Fault[] {
  const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string };
  const validate = validatorOf(schemaKey({ apiVersion, kind }));
  if (validate === undefined)
    throw new Error(`${apiVersion}/${kind} is not in api-schema.json; API_SCHEMA=write adds it.`);
  return validate(object) ? [] : distinct((validate.errors ?? []).map(faultOf));
}

function faultOf({ instancePath, keyword, params, message = 'wrong' }: ErrorObject): Fault {
  if (keyword === 'additionalProperties')
    return {
      place: pointerOf([...keysOf(instancePath), String(params['additionalProperty'])]),
      rule: 'the API has no such field',
    };
  return { place: instancePath, rule: message };
}

/** Of alternatives, each says why it is none. */
function distinct(faults: readonly Fault[]): readonly Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.place} ${fault.rule}`, fault])).values()];
}
