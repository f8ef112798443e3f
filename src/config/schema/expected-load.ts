import { z } from 'zod';
import { defaults } from '../defaults';
import { positiveInteger } from '../scalars';

export const expectedLoad = z.strictObject({
  linesPerSecond: positiveInteger()
    .default(defaults.expectedLoad.linesPerSecond)
    .describe('Lines per second of all tenants together, averaged over days.'),
  bytesPerLine: positiveInteger().default(defaults.expectedLoad.bytesPerLine).describe('Bytes of an average line.'),
});
