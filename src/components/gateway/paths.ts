/** The paths that the gateway knows. A path that is not listed here does not exist. */
import type { AccessKind } from '../../config';
import type { Directive } from '../kit/nginx';

/** A path, its methods, and the kind of credential that may use it. */
export interface Endpoint {
  readonly path: string;
  readonly methods: readonly string[];
  readonly kind: AccessKind;
  /** Whether Loki answers it for one tenant only. A reader across tenants is then refused. @default false */
  readonly oneTenant?: boolean;
}

const endpoints = (kind: AccessKind, methods: readonly string[], paths: readonly string[]): readonly Endpoint[] =>
  paths.map((path) => ({ path, methods, kind }));

export const PUSH_PATHS = ['/loki/api/v1/push', '/otlp/v1/logs'];
export const DELETE_PATH = '/loki/api/v1/delete';
export const TAIL_PATH = '/loki/api/v1/tail';
/** Logs Drilldown asks this first: the limits, and whether there are patterns. */
export const DRILLDOWN_PATH = '/loki/api/v1/drilldown-limits';

/** Every path that leads to Loki, except those with a name in them ({@link NAMED_VALUES}) and the tail. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...endpoints('write', ['POST'], PUSH_PATHS),
  ...endpoints(
    'read',
    ['GET', 'POST'],
    [
      '/loki/api/v1/query',
      '/loki/api/v1/query_range',
      '/loki/api/v1/labels',
      '/loki/api/v1/series',
      '/loki/api/v1/index/stats',
      '/loki/api/v1/index/volume',
      '/loki/api/v1/index/volume_range',
      '/loki/api/v1/detected_labels',
      '/loki/api/v1/detected_fields',
      '/loki/api/v1/patterns',
      '/loki/api/v1/format_query',
      '/loki/api/v1/status/buildinfo',
    ],
  ),
  // Rules can be read, not written. Loki has them and the limits for one tenant alone.
  ...endpoints(
    'read',
    ['GET'],
    ['/loki/api/v1/rules', '/prometheus/api/v1/rules', '/prometheus/api/v1/alerts', DRILLDOWN_PATH],
  ).map((endpoint) => ({ ...endpoint, oneTenant: true })),
  ...endpoints('erase', ['GET', 'POST', 'PUT', 'DELETE'], [DELETE_PATH]),
];

/** Paths with the name of a label or a field before their end. */
export const NAMED_VALUES = ['label', 'detected_field'];

/** The body of a probe's path. nginx answers it itself, whatever the state of Loki. */
export const HEALTH: readonly Directive[] = [['return', 200, '{"status":"ok"}']];
