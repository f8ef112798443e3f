/** Parts of patches of Kubernetes objects. */
import { z } from 'zod';
import { says, withPattern } from './base';

/** Kind of a Kubernetes object. */
export const objectKind = () =>
  withPattern('kind', /^[A-Z][A-Za-z0-9]{0,62}$/, {
    rule: 'a kind of Kubernetes object: letters and digits, the first a capital',
    remedy: 'write for example Deployment',
  });

/** A JSON pointer (RFC 6901). The empty one, the whole object, is left out: a patch would be another object. */
export const jsonPointer = () =>
  // JavaScript has a meaning of its own for these keys, and so have JSON patches.
  withPattern(
    'JSON pointer',
    /^(?!.*\/(?:__proto__|constructor|prototype)(?:\/|$))(?=.{1,500}$)(?:\/(?:[^~/]|~[01])*)+$/,
    {
      rule: 'a JSON pointer: each key after a /, with ~1 for a / and ~0 for a ~ in a key; at most 500 characters',
      remedy: 'write for example /metadata/annotations/example.com~1team',
    },
  );

/** Why something is as it is, for those who read it later. */
export const reason = () =>
  withPattern('reason', /^(?=.*\S.*\S)[^\n\r\t]{10,500}$/, {
    rule: 'a reason: 10 to 500 characters on one line',
    remedy: 'write for example pods of this team have a priority of their own',
  });

const VALUE_RULE = {
  rule: 'a value of JSON: a text, a number, true, false, null, a list or a mapping',
  remedy: 'write it as it stands in a manifest',
};

/** Any value of JSON. */
export const jsonValue = () =>
  z
    .unknown()
    .refine((value) => value !== undefined, { params: { ...VALUE_RULE } })
    .meta({ title: 'JSON', patternErrorMessage: VALUE_RULE.rule });

const MERGE_RULE = {
  rule: 'a part of a manifest, a mapping of keys to what they become; null takes a key out',
  remedy: 'write for example { spec: { template: { spec: { priorityClassName: high } } } }',
};

/** A JSON merge patch (RFC 7396). */
export const mergePatch = () =>
  z
    .record(z.string(), z.unknown(), says(MERGE_RULE))
    .meta({ title: 'merge patch', patternErrorMessage: MERGE_RULE.rule });
