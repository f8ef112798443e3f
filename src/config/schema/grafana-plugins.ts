import { z } from 'zod';
import { pluginFolder, pluginId, pluginVersion, url } from '../scalars';
import { egressOf } from './shared';

const plugin = z.strictObject({
  id: pluginId().describe('Its id, as its address at grafana.com has it.'),
  version: pluginVersion().describe('The version that is installed, and no other.'),
  url: url('https').optional().describe('Archive of that version on a server of your own; grafana.com without it.'),
});

export const plugins = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('download').describe('Grafana downloads them before it is ready.'),
    list: z.array(plugin).min(1).describe('The plugins, and what they depend on.'),
    egress: egressOf('grafana.com and storage.googleapis.com, or the servers of `url`,'),
  }),
  z.strictObject({
    type: z.literal('image').describe('The image of `images.grafana` has them. Grafana downloads nothing.'),
    directory: pluginFolder().describe('Folder of the image with a folder for each plugin.'),
  }),
]);
