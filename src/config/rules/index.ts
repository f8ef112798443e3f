/** Rules that join several fields, by section of the stack file. */
import { agentRules } from './agent';
import { authRequiredRules, authRules } from './auth';
import { deploymentRules } from './deployment';
import { gatewayConnectionRules, gatewayTlsRules } from './gateway';
import { grafanaAddressRules, grafanaDatabaseRules, grafanaEgressRules } from './grafana';
import { ldapRules, roleRules, waysToLogInRules } from './grafana-login';
import { limitsRules, queryCacheRules, tenantLimitsRules } from './limits';
import { namespaceRules } from './namespaces';
import { resourceRules } from './resources';
import { retentionRules } from './retention';
import type { Rule } from './rule';
import { secretRules } from './secrets';
import { storageRules } from './storage';

/** All of them, in the order of a report. A section has several lists where rules of others come between. */
export const rules: readonly Rule[] = [
  ...deploymentRules,
  ...authRequiredRules,
  ...gatewayTlsRules,
  ...grafanaAddressRules,
  ...ldapRules,
  ...grafanaEgressRules,
  ...roleRules,
  ...gatewayConnectionRules,
  ...grafanaDatabaseRules,
  ...waysToLogInRules,
  ...storageRules,
  ...limitsRules,
  ...retentionRules,
  ...tenantLimitsRules,
  ...authRules,
  ...agentRules,
  ...namespaceRules,
  ...resourceRules,
  ...queryCacheRules,
  ...secretRules,
];
