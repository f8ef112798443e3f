import { z } from 'zod';
import { defaults } from '../defaults';
import { duration } from '../scalars';

export const deploy = z.strictObject({
  timeout: duration()
    .prefault(defaults.deploy.timeout)
    .describe('How long `pulumi up` waits for each workload to become ready.'),
  skipAwait: z
    .array(
      z.enum([
        'loki',
        'compactor',
        'gateway',
        'promtail',
        'collector',
        'grafana',
        'alertmanager',
        'prometheus',
        'canary',
      ]),
    )
    .default([])
    .describe('Workloads that `pulumi up` does not wait for.'),
});
