/** The stack's alerts on itself, in PromQL, on the metrics of its programs. */
import { hasAgentsAlone } from '../config/derived/components';
import { heartbeatSources } from '../config/derived/heartbeat';
import type { StackConfig } from '../config/schema';
import type { AlertRule, AnySeverity } from './rule';
import { accessRules, pushRules } from './stack/access';
import { agentRules } from './stack/agent';
import { ingestionRules } from './stack/ingestion';
import { lokiRules } from './stack/loki';
import { canaryRules, watcherRules } from './stack/monitoring';
import { watchdog } from './watchdog';

/** All of them that the stack has a program for. */
export function stackRules(config: StackConfig): readonly AlertRule<AnySeverity>[] {
  if (hasAgentsAlone(config)) return [agentRules, pushRules, watcherRules].flatMap((rulesOf) => rulesOf(config));
  const rules = [
    ingestionRules,
    agentRules,
    lokiRules,
    accessRules,
    watcherRules,
    ...(config.canary === undefined ? [] : [canaryRules]),
  ];
  return [
    ...rules.flatMap((rulesOf) => rulesOf(config)),
    // The last one of the group: it is there when those before it have been evaluated.
    ...(heartbeatSources(config).includes('prometheus') ? [watchdog('prometheus')] : []),
  ];
}
