/** Checks of a rule before Loki gets it: it can match lines, and its text explains what it means. */
import { LABELS, LEVELS, OTLP_LABEL } from '../log-model';
import { keptBeside, type LabelConfig, streamLabels } from '../config/derived/stream-labels';
import { fulfils, type Matcher } from '../config/selector';
import { unreadableCharacter } from '../syntax/characters';
import { templateFault } from '../syntax/go-template';
import { type Expression, parseExpression } from './logql';
import { SEVERITIES } from '../config/severity';

/** A fault in one part of a rule. */
export interface Fault {
  readonly part: 'expr' | 'summary' | 'description' | 'runbook' | 'severity' | 'labels' | 'annotations' | 'record';
  /** Name of the label or annotation. */
  readonly name?: string;
  readonly received: unknown;
  readonly rule: string;
  readonly remedy: string;
}

/** What lines have in Loki besides the line. */
export interface KnownNames {
  readonly labels: readonly string[];
  /** Structured metadata. */
  readonly metadata: readonly string[];
}

/** What the lines of a stack have. */
export const namesOf = (config: LabelConfig): KnownNames => ({
  labels: [...streamLabels(config), OTLP_LABEL],
  metadata: keptBeside(config),
});

/** Faults of an expression: it must be LogQL, have numbers as result, and use only labels and fields that lines have. */
export function expressionFaults(expr: string, known: KnownNames): readonly Fault[] {
  const character = unreadableCharacter(expr);
  if (character !== undefined) return [{ part: 'expr', received: expr, ...withoutCharacter(character) }];
  const parsed = parseExpression(expr);
  const fault = (rule: string, remedy: string): Fault => ({ part: 'expr', received: expr, rule, remedy });
  const [error] = parsed.errors;
  if (error !== undefined) return [fault('LogQL', `look at ${error.trim()}`)];
  if (parsed.faults.length > 0) return parsed.faults.map(({ rule, remedy }) => fault(rule, remedy));
  if (!parsed.isMetric || parsed.matchers.length === 0)
    return [
      fault('a metric query of lines', 'count the lines: sum(count_over_time({job="backend"} |= "…" [5m])) > 10'),
    ];
  return [...labelFaults(parsed, known, fault), ...levelFaults(parsed.matchers, fault)];
}

type MakeFault = (rule: string, remedy: string) => Fault;

function labelFaults({ matchers, names, isOpen }: Expression, known: KnownNames, fault: MakeFault): readonly Fault[] {
  const labels = matchers.map(({ label }) => label).filter((label) => !known.labels.includes(label));
  // OTLP clients bring metadata of their own, and so may a line that is parsed.
  const isOwn = isOpen || matchers.some(({ label }) => label === OTLP_LABEL);
  const unknown = isOwn ? [] : names.filter((name) => ![...known.labels, ...known.metadata].includes(name));
  return [
    ...(labels.length === 0
      ? []
      : [
          fault(
            `labels that lines have: ${known.labels.join(', ')}`,
            `replace ${labels.join(', ')}, or filter the line`,
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          fault(
            `fields that pipelines keep (${known.metadata.join(', ')}), or that the query takes out of the line`,
            `replace ${unknown.join(', ')}, or add | json before it`,
          ),
        ]),
  ];
}

/** A level that no line has: nothing would ever match. */
function levelFaults(matchers: readonly Matcher[], fault: MakeFault): readonly Fault[] {
  return matchers
    .filter(({ label, operator }) => label === LABELS.level && (operator === '=' || operator === '=~'))
    .filter((matcher) => !['', ...LEVELS].some((level) => fulfils(level, matcher) === true))
    .map(({ value }) => fault(`a level that lines have: ${LEVELS.join(', ')}`, `replace ${value}`));
}

/** The parts of a rule that a message about its alert shows. */
export interface Told {
  readonly severity: unknown;
  readonly description: unknown;
  readonly runbook: unknown;
}

/** Faults of an alert's text: a number needs a unit, and the alert needs a page that explains what to do. */
export function tellingFaults({ severity, description, runbook }: Told): readonly Fault[] {
  return [
    ...(SEVERITIES.some((known) => known === severity)
      ? []
      : [
          {
            part: 'severity',
            received: severity,
            rule: `a severity that routes know: ${SEVERITIES.join(', ')}`,
            remedy: 'set the label severity to one of them',
          } as const,
        ]),
    ...(typeof description === 'string' && description !== '' && !lacksUnit(description)
      ? []
      : [
          {
            part: 'description',
            received: description,
            rule: 'a description in which {{ $value }} is followed by its unit',
            remedy: 'write for example: {{ $value }} errors/sec',
          } as const,
        ]),
    ...(typeof runbook === 'string' && runbook !== ''
      ? []
      : [
          {
            part: 'runbook',
            received: runbook,
            rule: 'a runbook: the page that says what to do',
            remedy: 'set the annotation runbook_url',
          } as const,
        ]),
  ];
}

/** A function such as humanizePercentage writes the unit itself. */
function lacksUnit(description: string): boolean {
  return [...description.matchAll(/\{\{([^}]*\$value[^}]*)\}\}(.{0,2})/gs)].some(
    ([, inside = '', after = '']) =>
      !/humanize(?:Percentage|Duration|Timestamp)/.test(inside) && !/^\s?(?:[%°\p{L}])/u.test(after),
  );
}

const withoutCharacter = (character: string): Pick<Fault, 'rule' | 'remedy'> => ({
  rule: `a text without control characters and line separators: ${character}`,
  remedy: 'remove it',
});

const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const METRIC_NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
/** Names in a template of an alert, besides Go's own functions. */
const ALERT_TEMPLATE = {
  functions:
    'query first label value strvalue args reReplaceAll safeHtml match title toUpper toLower graphLink tableLink sortByLabel stripPort stripDomain humanize humanizeDuration humanizePercentage humanizeTimestamp toTime toDuration now pathPrefix externalURL parseDuration urlQueryEscape tmpl'.split(
      ' ',
    ),
  variables: ['$labels', '$externalLabels', '$value'],
};

/** Faults of names of labels or annotations: Loki refuses a file with a name that Prometheus does not accept. */
export function nameFaults(part: 'labels' | 'annotations', named: Readonly<Record<string, string>>): readonly Fault[] {
  return Object.keys(named)
    .filter((name) => !LABEL_NAME.test(name) || (part === 'labels' && name === '__name__'))
    .map((name) => ({
      part,
      name,
      received: name,
      rule: 'a name of letters, digits and _, which does not begin with a digit',
      remedy: `write for example ${name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|__name__$|$)/, 'own_')}`,
    }));
}

/** Faults of texts that Loki fills in when an alert fires: Loki refuses a file with a template that it cannot read. */
export function templateFaults(
  texts: Readonly<Record<string, string>>,
  at: (name: string) => Pick<Fault, 'part' | 'name'>,
): readonly Fault[] {
  return Object.entries(texts).flatMap(([name, text]): readonly Fault[] => {
    const character = unreadableCharacter(text);
    if (character !== undefined) return [{ ...at(name), received: text, ...withoutCharacter(character) }];
    const why = templateFault(text, ALERT_TEMPLATE);
    return why === undefined
      ? []
      : [
          {
            ...at(name),
            received: text,
            rule: `a template that Loki can read; ${why}`,
            remedy: 'write for example {{ $labels.job }}, {{ $value }} or {{ $value | humanize }}',
          },
        ];
  });
}

/** Faults of a recording rule: its record must be the name of a metric. */
export function recordFaults(record: string): readonly Fault[] {
  return METRIC_NAME.test(record)
    ? []
    : [
        {
          part: 'record',
          received: record,
          rule: 'the name of a metric: letters, digits, _ and :',
          remedy: 'write for example job:log_lines:rate5m',
        },
      ];
}
