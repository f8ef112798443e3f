/** Shapes that several sections use. */
import { z } from 'zod';
import { destination } from '../scalars';

/** Labels of alerts and metrics. */
export const labels = () => z.record(z.string(), z.string());

/** Addresses or pods outside of the stack that a pod connects to. */
export const egressOf = (what: string) =>
  z.array(destination()).min(1).describe(`Addresses of ${what} for the NetworkPolicy, which cannot match names.`);
