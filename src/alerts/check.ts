/** What must hold of a rule before Loki gets it: it can match something, and who is woken by it can tell what it means. */
import { LABELS, LEVELS, MEASURES, OTLP_LABEL, STRUCTURED_METADATA } from '../log-model';
import { type Expression, parseExpression, type StreamMatcher } from './logql';
import { SEVERITIES } from './rule';

/** What is wrong with one part of a rule. */
export interface Fault {
  readonly part: 'expr' | 'description' | 'runbook' | 'severity';
  readonly received: unknown;
  readonly rule: string;
  readonly remedy: string;
}

const STREAM_LABELS: readonly string[] = [...Object.values(LABELS), OTLP_LABEL];
/** What pipelines keep beside the line: `pod` and `filename` say where it is from. */
const METADATA: readonly string[] = [...STRUCTURED_METADATA, ...MEASURES, 'pod', 'filename'];
const KNOWN_NAMES = [...STREAM_LABELS, ...METADATA];

/** Of an expression: it is LogQL, gives numbers, and asks for what lines have. */
export function expressionFaults(expr: string): readonly Fault[] {
  const parsed = parseExpression(expr);
  const fault = (rule: string, remedy: string): Fault => ({ part: 'expr', received: expr, rule, remedy });
  const [error] = parsed.errors;
  if (error !== undefined) return [fault('LogQL', `look at ${error.trim()}`)];
  if (!parsed.isMetric || parsed.matchers.length === 0)
    return [
      fault('a metric query of lines', 'count the lines: sum(count_over_time({job="backend"} |= "…" [5m])) > 10'),
    ];
  return [...labelFaults(parsed, fault), ...levelFaults(parsed.matchers, fault)];
}

type MakeFault = (rule: string, remedy: string) => Fault;

function labelFaults({ matchers, names, isOpen }: Expression, fault: MakeFault): readonly Fault[] {
  const labels = matchers.map(({ label }) => label).filter((label) => !STREAM_LABELS.includes(label));
  // OTLP clients bring metadata of their own, and so may a line that is parsed.
  const isOwn = isOpen || matchers.some(({ label }) => label === OTLP_LABEL);
  const unknown = isOwn ? [] : names.filter((name) => !KNOWN_NAMES.includes(name));
  return [
    ...(labels.length === 0
      ? []
      : [
          fault(
            `labels that lines have: ${STREAM_LABELS.join(', ')}`,
            `replace ${labels.join(', ')}, or filter the line`,
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          fault(
            `fields that pipelines keep (${METADATA.join(', ')}), or that the query takes out of the line`,
            `replace ${unknown.join(', ')}, or add | json before it`,
          ),
        ]),
  ];
}

/** A level that no line has: nothing would ever match. */
function levelFaults(matchers: readonly StreamMatcher[], fault: MakeFault): readonly Fault[] {
  return matchers
    .filter(({ label, operator }) => label === LABELS.level && (operator === '=' || operator === '=~'))
    .filter(({ operator, value }) => !['', ...LEVELS].some((level) => isLevel(level, operator, value)))
    .map(({ value }) => fault(`a level that lines have: ${LEVELS.join(', ')}`, `replace ${value}`));
}

function isLevel(level: string, operator: string, value: string): boolean {
  if (operator === '=') return level === value;
  try {
    return new RegExp(`^(?:${value})$`, 's').test(level);
  } catch {
    return true; // only RE2 knows
  }
}

/** What is told when an alert fires. */
export interface Told {
  readonly severity: unknown;
  readonly description: unknown;
  readonly runbook: unknown;
}

/** Of an alert: a number has its unit, and there is a page that says what to do. */
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
