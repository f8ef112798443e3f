/** The paths that the tests of the gateway ask for: those that it has, and those that nobody may reach. */
/** Where a client writes, as JSON or protobuf. */
export const PUSH = '/loki/api/v1/push';
export const QUERY = '/loki/api/v1/query';
/** Paths that a reader needs, with what Loki wants to know. */
export const READS = [
  `${QUERY}?query=vector(1)`,
  '/loki/api/v1/query_range?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/labels',
  '/loki/api/v1/label/job/values?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/series?match[]=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/index/stats?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/index/volume?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/index/volume_range?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/detected_labels?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/detected_fields?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/detected_field/level/values?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/format_query?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/status/buildinfo',
];
/** What a reader may ask for besides; without a ruler Loki knows nothing of it. */
export const RULES = ['/loki/api/v1/rules', '/prometheus/api/v1/rules', '/prometheus/api/v1/alerts'];
export const DELETE = '/loki/api/v1/delete';

/** Answers of a closed door: no credential, one of another kind, or one refusal too many. */
export const REFUSED = [401, 403, 429];

/** What Loki serves besides, and nobody may reach through the gateway. */
export const ADMIN = [
  '/',
  '/flush',
  '/ingester/shutdown',
  '/ingester/prepare_shutdown',
  '/ingester/prepare-partition-downscale',
  '/config',
  '/config/tenant/v1/limits',
  '/ring',
  '/distributor/ring',
  '/scheduler/ring',
  '/ruler/ring',
  '/compactor/ring',
  '/indexgateway/ring',
  '/memberlist',
  '/services',
  '/metrics',
  '/ready',
  '/log_level',
  '/debug/pprof/',
  '/debug/pprof/heap',
  '/debug/fgprof',
  '/loki/api/v1/cache/generation_numbers',
  '/loki/api/v1/rules/namespace',
  '/loki/api/v1/rules/namespace/group',
  '/loki/api/v1/drilldown-limits',
  '/prometheus/api/v1/rules/namespace',
  '/api/prom/push',
  '/api/prom/query',
  '/api/prom/tail',
  '/api/prom/rules',
  '/ui/',
  '/loki-0/metrics',
];

/** Ways to write a path so that one program may read it as another does not. */
export function spellings(path: string): readonly string[] {
  const encoded = (text: string): string =>
    Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
  const last = path.slice(path.lastIndexOf('/') + 1);
  return [
    path,
    `${path}/`,
    `${path}.`,
    `${path}%20`,
    `${path}?`,
    `${path}?/loki/api/v1/push`,
    `${path};a=b`,
    `${path};/loki/api/v1/push`,
    `${path}/../${last}`,
    `${path}%00`,
    `${path}%00${PUSH}`,
    `/${path}`,
    `//${path}`,
    `/.${path}`,
    `/x/..${path}`,
    path.replaceAll('/', '//'),
    path.toUpperCase(),
    `/${encoded(path.slice(1))}`,
    encoded(path),
    `/${encoded(encoded(path.slice(1)))}`,
    `/%2e%2e${path}`,
    `/%2f${path}`,
    `/health/..${path}`,
    `/health${path}`,
    `/health/%2e%2e${path}`,
    `${PUSH}/../../../..${path}`,
    `${PUSH}/..%2f..%2f..%2f..${path}`,
    `${PUSH}/%2e%2e/%2e%2e/%2e%2e/%2e%2e${path}`,
    `${PUSH}/..;/..;/..;/..;${path}`,
    `${PUSH}\\..\\..\\..\\..${path}`,
    `${PUSH};${path}`,
    `${PUSH}%3f${path}`,
    `${PUSH}%23${path}`,
    `${PUSH}%0d%0aX:%20y`,
    `${PUSH}%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0aGET%20${path}`,
    `${QUERY}/../../../..${path}`,
    `${QUERY}${path}`,
    `/loki/api/v1/label/..${path}/values`,
    `/loki/api/v1/label/%2e%2e%2f%2e%2e%2f%2e%2e${path}%3f/values`,
    `/loki/api/v1/label/job/values/../../../../../..${path}`,
    `/loki/api/v1/label/job%2fvalues%2f..%2f..%2f..%2f..%2f..%2f..${path}/values`,
    `/loki/api/v1/label/job/values%0a${path}`,
    `http://loki${path}`,
    `http://gateway.logging.svc//${path}`,
  ];
}
