import { z } from 'zod';
import { dnsLabel, jsonPointer, jsonValue, mergePatch, objectKind, objectName, reason } from '../scalars';

const path = () => jsonPointer().describe('Where, as a JSON pointer: `/spec/template/spec/priorityClassName`.');
const from = () => jsonPointer().describe('From where.');

const operation = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('add').describe('Writes a value, or puts it into a list; `-` is the end of a list.'),
    path: path(),
    value: jsonValue().describe('The value.'),
  }),
  z.strictObject({
    op: z.literal('replace').describe('Writes another value.'),
    path: path(),
    value: jsonValue().describe('The value.'),
  }),
  z.strictObject({ op: z.literal('remove').describe('Takes a value out.'), path: path() }),
  z.strictObject({ op: z.literal('move').describe('Moves a value.'), from: from(), path: path() }),
  z.strictObject({ op: z.literal('copy').describe('Copies a value.'), from: from(), path: path() }),
  z.strictObject({
    op: z.literal('test').describe('Refuses the patch where another value stands.'),
    path: path(),
    value: jsonValue().describe('The value.'),
  }),
]);

const patch = z.strictObject({
  kind: objectKind().describe('Kind of the object: `Deployment`.'),
  name: objectName('the name of an object', 'gateway').describe('Its name.'),
  namespace: dnsLabel().exactOptional().describe('Its namespace, where several objects have this kind and name.'),
  merge: mergePatch()
    .exactOptional()
    .describe(
      'A JSON merge patch (RFC 7396): mappings are merged, `null` takes a key out, and a list replaces a list.',
    ),
  json: z
    .array(operation)
    .min(1)
    .exactOptional()
    .describe('A JSON patch (RFC 6902): operations in their order. Either this or `merge`.'),
  reason: reason().describe('Why, for whoever reads the stack file, and the output of `npm run check`.'),
  unsafe: z
    .boolean()
    .default(false)
    .describe('Consent to change what keeps the stack safe: security contexts, NetworkPolicies, rights, images.'),
});

export const patches = z.array(patch);
