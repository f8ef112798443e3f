/** The input of the stack's own alerts. */
import type { StackConfig } from '../../config/schema';
import type { AlertRule } from '../rule';

/** Alerts about one part of the stack. */
export type RulesOf = (config: StackConfig) => readonly AlertRule[];
