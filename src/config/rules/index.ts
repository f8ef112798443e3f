/** Rules that join several fields, by section of the stack file. */
import { agentRules } from './agent';
import { agentAlsoRules } from './agent-also';
import { agentExtractRules } from './agent-extract';
import { agentLabelRules } from './agent-labels';
import { agentTenantRules } from './agent-tenants';
import { alertmanagerRules } from './alertmanager';
import { alertmanagerTextRules } from './alertmanager-texts';
import { alertRouteRules } from './alert-routes';
import { alertingRules } from './alerting';
import { authRules } from './auth';
import { caBundleRules } from './ca-bundle';
import { canaryRules } from './canary';
import { componentRules } from './components';
import { deploymentRules } from './deployment';
import { extremeRules } from './extremes';
import { gatewayRules } from './gateway';
import { gatewayExposeRules } from './gateway-expose';
import { grafanaRules } from './grafana';
import { grafanaDashboardRules } from './grafana-dashboards';
import { grafanaDatasourceRules } from './grafana-datasources';
import { grafanaLoginRules } from './grafana-login';
import { grafanaPluginRules } from './grafana-plugins';
import { grafanaSettingRules } from './grafana-settings';
import { imageRules } from './images';
import { ipFamilyRules } from './ip-families';
import { limitsRules } from './limits';
import { lokiLimitRules } from './loki-limits';
import { monitoringRules } from './monitoring';
import { muteTimeRules } from './mute-times';
import { namespaceRules } from './namespaces';
import { networkRules } from './network';
import { patchRules } from './patches';
import { persistenceRules } from './persistence';
import { podRules } from './pods';
import { resourceRules } from './resources';
import { retentionRules } from './retention';
import type { StackConfig } from '../schema';
import { hasAgentsAlone } from '../derived/components';
import type { Rule } from './rule';
import { secretRules } from './secrets';
import { sizeRules } from './sizes';
import { storageRules } from './storage';
import { storageAccessRules } from './storage-access';
import { textRules } from './text';

/** All of them, in the order of a report: that of the sections in a stack file. */
export const rules: readonly Rule[] = [
  ...componentRules,
  ...namespaceRules,
  ...retentionRules,
  ...limitsRules,
  ...lokiLimitRules,
  ...extremeRules,
  ...storageRules,
  ...storageAccessRules,
  ...persistenceRules,
  ...deploymentRules,
  ...authRules,
  ...gatewayRules,
  ...gatewayExposeRules,
  ...grafanaRules,
  ...grafanaLoginRules,
  ...grafanaDatasourceRules,
  ...grafanaDashboardRules,
  ...grafanaPluginRules,
  ...grafanaSettingRules,
  ...agentRules,
  ...agentAlsoRules,
  ...agentTenantRules,
  ...agentLabelRules,
  ...agentExtractRules,
  ...alertingRules,
  ...alertmanagerRules,
  ...alertmanagerTextRules,
  ...muteTimeRules,
  ...alertRouteRules,
  ...monitoringRules,
  ...canaryRules,
  ...resourceRules,
  ...podRules,
  ...imageRules,
  ...networkRules,
  ...caBundleRules,
  ...ipFamilyRules,
  ...patchRules,
  ...secretRules,
  ...textRules,
  ...sizeRules,
];

/** Those of stacks of agents alone: all others are about parts that such a stack does not have. */
const OF_AGENTS: readonly Rule[] = [
  ...componentRules,
  ...namespaceRules,
  ...extremeRules,
  ...agentRules,
  ...agentAlsoRules,
  ...monitoringRules,
  ...resourceRules,
  ...imageRules,
  ...networkRules,
  ...patchRules,
  ...secretRules,
  ...textRules,
  ...sizeRules,
];

/** The rules for a stack with these parts. */
export function rulesOf(config: Pick<StackConfig, 'components'>): readonly Rule[] {
  return hasAgentsAlone(config) ? OF_AGENTS : rules;
}
