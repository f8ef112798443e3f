/** The datasources that Grafana is provisioned with. */
import { TEMPO_UID, type StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { derivedFields } from '../../dashboards/derived-fields';
import { LOKI_DATASOURCE_UID } from '../../dashboards/explore';
import { PROMETHEUS_DATASOURCE_UID } from '../../dashboards/metric-panels';
import { alertmanagerUrl, prometheusDatasource } from '../kit/addresses';
import { gatewayUrl } from '../gateway';
import { literal, otherDatasource, tempoDatasource } from './other-datasources';
import { GATEWAY_PASSWORD, tenantPassword } from './secrets';

/** Folder with the CA of the gateway's certificate. */
export const GATEWAY_CA = '/etc/grafana/gateway-ca';

/** Provisioned datasources. Their secrets are names of files, which Grafana reads. */
export function datasources(props: StackConfig): Readonly<Record<string, unknown>> {
  const { namespaces, alertmanager, grafana, monitoring } = props;
  const { tenants, tempo, others } = grafana.datasources;
  const alerts = alertmanagerUrl({ alertmanager, namespaces });
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      loki(props, {
        name: 'Loki',
        uid: LOKI_DATASOURCE_UID,
        credential: grafana.credential,
        password: GATEWAY_PASSWORD,
        isDefault: true,
      }),
      {
        name: 'Prometheus',
        uid: PROMETHEUS_DATASOURCE_UID,
        type: 'prometheus',
        access: 'proxy',
        isDefault: false,
        editable: false,
        url: prometheusDatasource(props).url,
        jsonData: {
          // Grafana's default is 15s: $__rate_interval would be shorter than the two scrapes that a rate needs.
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
      ...tenants.map(({ name, uid, credential }) =>
        loki(props, { name, uid, credential, password: tenantPassword(uid), isDefault: false }),
      ),
      ...(tempo === undefined ? [] : [tempoDatasource(tempo)]),
      ...others.map(otherDatasource),
    ],
  };
}

interface LokiProps {
  readonly name: string;
  readonly uid: string;
  readonly credential: string;
  /** The file with the credential's password, in Grafana's notation. */
  readonly password: string;
  readonly isDefault: boolean;
}

/** Loki behind the gateway, with the lines that a credential may read. */
function loki(
  { namespaces, grafana, gateway, auth, limits }: StackConfig,
  { name, uid, credential, password, isDefault }: LokiProps,
): Readonly<Record<string, unknown>> {
  const tempo = grafana.datasources.tempo === undefined ? undefined : TEMPO_UID;
  const secure = {
    ...(auth.loki.enabled ? { basicAuthPassword: password } : {}),
    ...(gateway.tls === undefined ? {} : { tlsCACert: `$__file{${GATEWAY_CA}/ca.crt}` }),
  };
  return {
    name,
    uid,
    type: 'loki',
    access: 'proxy',
    isDefault,
    editable: false,
    url: gatewayUrl({ namespaces, gateway }),
    jsonData: {
      ...(gateway.tls === undefined ? {} : { tlsAuthWithCACert: true }),
      maxLines: limits.maxEntriesPerQuery,
      derivedFields: literal(derivedFields({ ...grafana.links, tempo, loki: uid })),
    },
    ...(auth.loki.enabled ? { basicAuth: true, basicAuthUser: credential } : {}),
    ...(Object.keys(secure).length === 0 ? {} : { secureJsonData: secure }),
  };
}
