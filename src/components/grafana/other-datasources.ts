/** Datasources that a stack file adds: Tempo, and any other. */
import { TEMPO_UID, type StackConfig } from '../../config';
import { LOKI_DATASOURCE_UID } from '../../dashboards/explore';
import { linesOfTrace } from '../../dashboards/derived-fields';
import { datasourceSecret } from './secrets';

type Datasources = StackConfig['grafana']['datasources'];
type Tempo = NonNullable<Datasources['tempo']>;
type Other = Datasources['others'][number];

/** Distance between a span and its lines: clocks differ, and a line is written at the end of its action. */
const AROUND_A_SPAN = '5m';

/** Tempo, whose spans lead to their lines. */
export function tempoDatasource(tempo: Tempo): Readonly<Record<string, unknown>> {
  return otherDatasource({
    ...tempo,
    name: 'Tempo',
    uid: TEMPO_UID,
    type: 'tempo',
    user: undefined,
    jsonData: {
      tracesToLogsV2: {
        datasourceUid: LOKI_DATASOURCE_UID,
        spanStartTimeShift: `-${AROUND_A_SPAN}`,
        spanEndTimeShift: AROUND_A_SPAN,
        customQuery: true,
        query: linesOfTrace('${__trace.traceId}'),
      },
      ...tempo.jsonData,
    },
  });
}

/** Any datasource. Its secret settings are names of files, which Grafana reads. */
export function otherDatasource(props: Omit<Other, 'egress'>): Readonly<Record<string, unknown>> {
  const { name, uid, type, url, user, basicAuthUser, jsonData, secrets } = props;
  return {
    name,
    uid,
    type,
    access: 'proxy',
    isDefault: false,
    editable: false,
    url,
    ...(user === undefined ? {} : { user }),
    ...(basicAuthUser === undefined ? {} : { basicAuth: true, basicAuthUser }),
    ...(Object.keys(jsonData).length === 0 ? {} : { jsonData: literal(jsonData) }),
    ...(secrets.length === 0
      ? {}
      : { secureJsonData: Object.fromEntries(secrets.map((setting) => [setting, datasourceSecret(uid, setting)])) }),
  };
}

/** A value for a provisioning file. Its texts are escaped at every depth: Grafana expands no variable in them. */
export function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', () => '$$');
  if (Array.isArray(value)) return value.map(literal);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]))
    : value;
}
