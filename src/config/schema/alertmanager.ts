import { z } from 'zod';
import { defaults } from '../defaults';
import { positiveInteger, url } from '../scalars';
import { persistence } from './persistence';
import { egressOf } from './shared';

export const alertmanager = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('embedded').describe('An Alertmanager of the stack.'),
    replicas: positiveInteger()
      .default(defaults.alertmanager.replicas)
      .describe('Alertmanager pods; two tell each other what they have sent.'),
    persistence: persistence(defaults.alertmanager.persistence.size)
      .prefault({})
      .describe('Volume of silences and of what was sent.'),
  }),
  z.strictObject({
    type: z.literal('external').describe('Alertmanagers that are there already.'),
    urls: z.array(url('http', 'https')).min(1).describe('Each of them, without a path.'),
    egress: egressOf('each of them'),
  }),
  z.strictObject({
    type: z.literal('none').describe('Alerts are seen in Grafana and nowhere else.'),
  }),
]);
