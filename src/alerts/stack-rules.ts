/** Alerts of the stack about itself, in PromQL, over the metrics of its programs. */
import type { AlertRule } from './rule';
import { accessRules } from './stack/access';
import type { StackRulesConfig } from './stack/config';
import { ingestionRules } from './stack/ingestion';
import { lokiRules } from './stack/loki';
import { canaryRules, watcherRules } from './stack/watchers';

export type { StackRulesConfig } from './stack/config';

/** All of them that the stack has a program for. */
export function stackRules(config: StackRulesConfig): readonly AlertRule[] {
  const rules = [
    ingestionRules,
    lokiRules,
    accessRules,
    watcherRules,
    ...(config.canary === undefined ? [] : [canaryRules]),
  ];
  return rules.flatMap((rulesOf) => rulesOf(config));
}
