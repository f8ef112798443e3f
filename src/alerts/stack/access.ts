/** Alerts on the gateway and its certificate. The agents count nginx' lines: src/pipelines/gateway.ts. */
import { formatDuration } from '../../config/units';
import { GATEWAY_CERTIFICATE_DAYS, type GatewayCounter, gatewayCounter } from '../../log-model/gateway-counters';
import { AGENT_METRICS } from '../../log-model/agent-metrics';
import { agentSeries, grown, seconds, selectorOf } from './promql';
import type { RulesOf } from './config';

export const accessRules: RulesOf = (config) => {
  const { namespaces, gateway, monitoring } = config;
  const { thresholds } = monitoring;
  const select = selectorOf(config);
  const agents = agentSeries(config);
  const count = (counter: GatewayCounter): string =>
    `sum(${grown(agents(gatewayCounter(counter, config.agent.type)), '5m')})`;
  // Other certificates in the namespace, such as Grafana's; the gateway has a metric for its own.
  const certificates = (label: string): string =>
    `certmanager_certificate_expiration_timestamp_seconds{${label}="${namespaces.logging}",name!="gateway"}`;
  return [
    {
      name: 'GatewayRefusesCredentials',
      expr: `${count('unauthorized')} > ${thresholds.unauthorized}`,
      for: '0s',
      severity: 'warning',
      summary: 'Many requests with a wrong credential, or with none',
      description: 'The gateway has answered {{ printf "%.0f" $value }} requests with 401 in five minutes.',
    },
    {
      name: 'GatewayServerErrors',
      expr: `${count('serverErrors')} > ${thresholds.serverErrors}`,
      for: '0s',
      severity: 'critical',
      summary: 'The gateway answers with errors of its own or of Loki’s',
      description: 'The gateway has answered {{ printf "%.0f" $value }} requests with 5xx in five minutes.',
    },
    ...pushRules(config),
    ...(gateway.tls === undefined
      ? []
      : [
          {
            name: 'GatewayCertificateEndsSoon',
            // If cert-manager's target has a label `namespace`, that of the certificate is `exported_namespace`.
            expr:
              `(label_replace(${GATEWAY_CERTIFICATE_DAYS}${select('gateway')} * 86400, "name", "gateway", "", "")` +
              ` or ((${certificates('namespace')} or ${certificates('exported_namespace')}) - time()))` +
              ` < ${seconds(thresholds.certificateExpiresWithin)}`,
            for: '10m',
            severity: 'critical' as const,
            summary: 'A certificate ends soon and has not been renewed',
            description: `The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}; it should have been renewed ${formatDuration(thresholds.certificateExpiresWithin)} before.`,
          },
        ]),
  ];
};

/** By the agents' own count, which goes on while they deliver nothing. */
export const pushRules: RulesOf = (config) => {
  const agents = agentSeries(config);
  const { pushes } = AGENT_METRICS[config.agent.type];
  return [
    {
      name: 'GatewayRefusesPushes',
      expr: `sum by (${pushes.status}) (rate(${agents(pushes, `${pushes.status}=~"5..|${pushes.noAnswer}"`)}[5m])) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Pushes of the agents fail',
      description: `{{ printf "%.2f" $value }} pushes a second fail with ${
        pushes.noAnswer === ''
          ? `{{ or $labels.${pushes.status} "no answer at all" }}`
          : `{{ $labels.${pushes.status} }}; ${pushes.noAnswer} is no answer at all`
      }.`,
    },
  ];
};
