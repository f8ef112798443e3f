/** Links that Grafana shows beside a line: from an id in it to other data with the same id. */
import { type Field, FIELDS, LABELS } from '../log-model';
import { DERIVED_VALUE, ENCODED_DERIVED_VALUE, exploreUrl } from './explore';
import { linesOfRequest } from './request-row';

/** Stands for the id in a URL of {@link IdLinks}. */
export const ID_PLACEHOLDER = '{id}';

/** Targets of ids outside Grafana, as URLs with one {@link ID_PLACEHOLDER}. */
export interface IdLinks {
  /** @default - an event’s id is no link */
  readonly sentry?: string | undefined;
  /** @default - a trace’s id is no link */
  readonly traces?: string | undefined;
  /** uid of the Loki datasource beside whose lines they are. @default - that of the stack's own */
  readonly loki?: string;
  /** uid of a Tempo datasource, to which a trace’s id leads. @default - to `traces` */
  readonly tempo?: string | undefined;
}

/** An entry of the Loki datasource's `jsonData.derivedFields`. */
export interface DerivedField {
  readonly name: string;
  readonly matcherType: 'label';
  /** Expression for the label's name. */
  readonly matcherRegex: string;
  readonly url: string;
  readonly urlDisplayLabel: string;
  readonly targetBlank: boolean;
  /** With it, `url` is a query of that datasource. @default - `url` is a URL */
  readonly datasourceUid?: string;
}

/** Lines of all jobs with the id of a trace. */
export function linesOfTrace(id: string): string {
  return `{${LABELS.job}=~".+"} | ${FIELDS.traceId}="${id}"`;
}

/**
 * The derived fields. Each is found as a label: every pipeline keeps these ids beside the line, of JSON and of text alike,
 * and a regular expression for the line beside it would show a second link.
 */
export function derivedFields({ sentry, traces, tempo, loki }: IdLinks): readonly DerivedField[] {
  return [
    // A URL, not a link to a datasource: of such a link Grafana makes a query that Loki's query editor does not read.
    derivedField(
      FIELDS.requestId,
      'All lines of the request',
      exploreUrl({
        queries: [{ refId: 'A', expr: linesOfRequest(DERIVED_VALUE), queryType: 'range' }],
        ...(loki === undefined ? {} : { datasource: loki }),
      }),
      false,
    ),
    ...(tempo === undefined
      ? []
      : [{ ...derivedField(FIELDS.traceId, 'Trace', DERIVED_VALUE, false), datasourceUid: tempo }]),
    ...(traces === undefined ? [] : [derivedField(FIELDS.traceId, 'Trace', withId(traces), true)]),
    ...(sentry === undefined ? [] : [derivedField(FIELDS.sentryEventId, 'Sentry', withId(sentry), true)]),
  ];
}

function derivedField(field: Field, urlDisplayLabel: string, url: string, targetBlank: boolean): DerivedField {
  // Anchored: `| json` adds requestId_extracted.
  return { name: field, matcherType: 'label', matcherRegex: `^${field}$`, url, urlDisplayLabel, targetBlank };
}

function withId(url: string): string {
  return url.replace(ID_PLACEHOLDER, () => ENCODED_DERIVED_VALUE);
}
