/** Shapes that several sections use. */
import { z } from 'zod';
import { destination } from '../scalars';

/** Labels of alerts and metrics. */
export const labels = () => z.record(z.string(), z.string());

/** What a pod connects to outside of the stack. */
export const egressOf = (what: string) =>
  z.array(destination()).min(1).describe(`Where ${what} is, for the NetworkPolicy: it matches addresses, not names.`);
