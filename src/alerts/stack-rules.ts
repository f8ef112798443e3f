/** Alerts of the stack about itself, in PromQL, over the metrics of its programs. */
import type { AlertRule } from './rule';
import { accessRules } from './stack/access';
import type { StackRulesConfig } from './stack/config';
import { ingestionRules } from './stack/ingestion';
import { lokiRules } from './stack/loki';
import { canaryRules, watcherRules } from './stack/watchers';

export type { StackRulesConfig } from './stack/config';

/** All of them. A rule whose program is not there finds no series, and is silent. */
export function stackRules(config: StackRulesConfig): readonly AlertRule[] {
  return [ingestionRules, lokiRules, accessRules, watcherRules, canaryRules].flatMap((rulesOf) => rulesOf(config));
}
