import { z } from 'zod';
import { defaults } from '../defaults';
import { byteSize, objectName } from '../scalars';

/** A volume that has this size by default. */
export const persistence = (size: string) =>
  z.strictObject({
    size: byteSize().prefault(size).describe('Size of the volume.'),
    storageClass: objectName('the name of a StorageClass', 'fast-ssd')
      .optional()
      .describe('StorageClass; the cluster’s default without it.'),
  });

export const lokiPersistence = persistence(defaults.persistence.size).extend({
  retainOnDelete: z
    .boolean()
    .default(defaults.persistence.retainOnDelete)
    .describe('Keep Loki’s volume, and Alertmanager’s, when the stack is removed (`pulumi destroy`).'),
});
