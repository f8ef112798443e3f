import type { StackConfig } from '../../config/schema';
import type { AlertRule } from '../rule';

/** The parts of the stack config that the stack's own alerts are made from. */
export type StackRulesConfig = Pick<
  StackConfig,
  | 'alerting'
  | 'namespaces'
  | 'deployment'
  | 'alertmanager'
  | 'canary'
  | 'monitoring'
  | 'environment'
  | 'resources'
  | 'gateway'
  | 'retention'
>;

/** Alerts about one part of the stack. */
export type RulesOf = (config: StackRulesConfig) => readonly AlertRule[];
