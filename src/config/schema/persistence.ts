import { z } from 'zod';
import { defaults } from '../defaults';
import { byteSize, objectName } from '../scalars';

/** A volume with this size as its default. */
export const persistence = (size: string) =>
  z.strictObject({
    size: byteSize().prefault(size).describe('Size of the volume.'),
    storageClass: objectName('the name of a StorageClass', 'fast-ssd')
      .optional()
      .describe('StorageClass. Without it, the cluster’s default.'),
  });

export const lokiPersistence = persistence(defaults.persistence.size).extend({
  retainOnDelete: z
    .boolean()
    .default(defaults.persistence.retainOnDelete)
    .describe('Whether the volumes of Loki and Alertmanager are kept when the stack is removed (`pulumi destroy`).'),
});
