/** The datasources that Grafana is provisioned with. */
import type { StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { derivedFields } from '../../dashboards/derived-fields';
import { LOKI_DATASOURCE_UID } from '../../dashboards/explore';
import { PROMETHEUS_DATASOURCE_UID } from '../../dashboards/metric-panels';
import { alertmanagerUrl, prometheusDatasource } from '../kit/addresses';
import { gatewayUrl } from '../gateway';
import { GATEWAY_PASSWORD } from './secrets';

/** Where the container finds the CA of the gateway's certificate. */
export const GATEWAY_CA = '/etc/grafana/gateway-ca';

/** Provisioned datasources. The password is the name of a file, which Grafana reads. */
export function datasources(props: StackConfig): Readonly<Record<string, unknown>> {
  const { namespaces, alertmanager, grafana, gateway, auth, limits, monitoring } = props;
  const alerts = alertmanagerUrl({ alertmanager, namespaces });
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Loki',
        uid: LOKI_DATASOURCE_UID,
        type: 'loki',
        access: 'proxy',
        isDefault: true,
        editable: false,
        url: gatewayUrl({ namespaces, gateway }),
        jsonData: {
          ...(gateway.tls === undefined ? {} : { tlsAuthWithCACert: true }),
          maxLines: limits.maxEntriesPerQuery,
          derivedFields: derivedFields(grafana.links).map((field) => ({
            ...field,
            matcherRegex: literal(field.matcherRegex),
            url: literal(field.url),
          })),
        },
        ...(auth.loki.enabled ? { basicAuth: true, basicAuthUser: grafana.credential } : {}),
        ...secureFields(auth.loki.enabled, gateway.tls !== undefined),
      },
      {
        name: 'Prometheus',
        uid: PROMETHEUS_DATASOURCE_UID,
        type: 'prometheus',
        access: 'proxy',
        isDefault: false,
        editable: false,
        url: prometheusDatasource(props).url,
        jsonData: {
          // Without it Grafana takes 15s, and $__rate_interval becomes shorter than the two scrapes that a rate needs.
          timeInterval: formatDuration(monitoring.scrapeInterval),
          httpMethod: 'POST', // a long query does not fit into a URL
        },
      },
      ...(alerts === undefined
        ? []
        : [
            {
              name: 'Alertmanager',
              uid: 'alertmanager',
              type: 'alertmanager',
              access: 'proxy',
              isDefault: false,
              editable: false,
              url: alerts,
              // Grafana's own alerts stay with its own Alertmanager.
              jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
            },
          ]),
    ],
  };
}

/** What Grafana keeps encrypted of a datasource: names of files, which it reads itself. */
function secureFields(auth: boolean, tls: boolean): Readonly<Record<string, unknown>> {
  const fields = {
    ...(auth ? { basicAuthPassword: GATEWAY_PASSWORD } : {}),
    ...(tls ? { tlsCACert: `$__file{${GATEWAY_CA}/ca.crt}` } : {}),
  };
  return Object.keys(fields).length === 0 ? {} : { secureJsonData: fields };
}

/** Text of a provisioning file in which Grafana finds no environment variable. */
function literal(text: string): string {
  return text.replaceAll('$', () => '$$');
}
