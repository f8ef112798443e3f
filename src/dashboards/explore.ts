/** Links that open queries in Grafana Explore: one function makes them for panels, derived fields and the documentation. */

/** uid of the Loki datasource that Grafana is provisioned with. */
export const LOKI_DATASOURCE_UID = 'loki';
/** The Loki datasource, as panels and queries name it. */
export const LOKI_DATASOURCE = { type: 'loki', uid: LOKI_DATASOURCE_UID } as const;

/** One query of a panel or of a link. */
export interface ExploreQuery {
  readonly refId: string;
  readonly expr: string;
  readonly queryType: 'range' | 'instant';
}

/** Grafana's notation: `now-1h`, or milliseconds since 1970. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

export interface ExploreProps {
  readonly queries: readonly ExploreQuery[];
  /** uid of the Loki datasource that is asked. @default - that of the stack's own */
  readonly datasource?: string;
  /** Address of Grafana, without a slash at the end. @default - the Grafana that shows the link */
  readonly grafana?: string;
  /** @default - the time range of the page that shows the link */
  readonly range?: TimeRange;
}

/** Placeholders for the time range of the page. Grafana fills them in where it shows a link. */
const SHOWN_RANGE: TimeRange = { from: '${__from}', to: '${__to}' };

/** The value of a derived field, where Grafana shows its link. */
export const DERIVED_VALUE = '${__value.raw}';
export const ENCODED_DERIVED_VALUE = '${__value.raw:percentencode}';

/** The dashboard's variables as its queries write them. */
export const VARIABLES = {
  cluster: '$cluster',
  job: '$job',
  level: '$level',
  own: '$own',
  // Raw, and in back quotes: the datasource would escape an apostrophe, and in double quotes a back slash were an escape.
  search: '${search:raw}',
  requestId: '$requestId',
} as const;

/**
 * How the same is written in a URL. Grafana formats a value only once there, so several values of one variable are joined
 * as they are, and a quotation mark in `$search` breaks the link, though not the panel.
 */
const IN_URLS: Readonly<Record<string, string>> = {
  [VARIABLES.cluster]: '${cluster:pipe}',
  [VARIABLES.job]: '${job:pipe}',
  [VARIABLES.level]: '${level:pipe}',
  [VARIABLES.own]: '${own:percentencode}',
  [VARIABLES.search]: '${search:percentencode}',
  [VARIABLES.requestId]: '${requestId:percentencode}',
  [DERIVED_VALUE]: ENCODED_DERIVED_VALUE,
  [SHOWN_RANGE.from]: SHOWN_RANGE.from,
  [SHOWN_RANGE.to]: SHOWN_RANGE.to,
};

/** URL of Grafana Explore with these queries. Every variable but those above goes to Explore unchanged: `$__auto`. */
export function exploreUrl({
  queries,
  datasource: uid = LOKI_DATASOURCE_UID,
  grafana = '',
  range = SHOWN_RANGE,
}: ExploreProps): string {
  const datasource = { ...LOKI_DATASOURCE, uid };
  const panes = {
    logs: {
      datasource: uid,
      queries: queries.map(({ refId, expr, queryType }) => ({ refId, datasource, expr, queryType })),
      range,
    },
  };
  const encoded = Object.entries(IN_URLS).reduce(
    (url, [inQuery, inUrl]) => url.replaceAll(encode(inQuery), inUrl),
    encode(JSON.stringify(panes)),
  );
  return `${grafana}/explore?schemaVersion=1&panes=${encoded}`;
}

/** Also what Markdown would read as its own. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
