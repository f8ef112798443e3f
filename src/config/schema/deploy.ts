import { z } from 'zod';
import { defaults } from '../defaults';
import { duration } from '../scalars';
import { COMPONENTS } from './components';

export const deploy = z.strictObject({
  timeout: duration()
    .prefault(defaults.deploy.timeout)
    .describe('How long `pulumi up` waits for each workload to become ready.'),
  skipAwait: z.array(z.enum(COMPONENTS)).default([]).describe('Workloads that `pulumi up` does not wait for.'),
});
