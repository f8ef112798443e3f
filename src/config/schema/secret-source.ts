import { z } from 'zod';
import { defaults } from '../defaults';
import { duration, objectName, settingText } from '../scalars';

export const secretSource = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('pulumi').describe('`pulumi up` makes the Secrets from the encrypted values of the stack.'),
  }),
  z.strictObject({
    type: z.literal('existing').describe('Somebody else makes the Secrets before the stack is applied.'),
  }),
  z.strictObject({
    type: z.literal('externalSecrets').describe('The External Secrets operator makes the Secrets from a store.'),
    store: objectName('the name of a store', 'vault').describe('Name of the store.'),
    storeKind: z
      .enum(['ClusterSecretStore', 'SecretStore'])
      .default(defaults.secretSource.storeKind)
      .describe('Kind of the store. A `SecretStore` must exist in both namespaces.'),
    prefix: settingText('a path in the store', 'teams/logs')
      .default(defaults.secretSource.prefix)
      .describe('Prefix of the names of the entries: `<prefix>/<Secret>`, with the Secret’s keys as properties.'),
    refreshInterval: duration()
      .prefault(defaults.secretSource.refreshInterval)
      .describe('How often the operator looks for new values.'),
  }),
]);
