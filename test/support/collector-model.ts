/**
 * What the Collector's redaction does to a line, told by RE2 in JavaScript: quick, for thousands of lines. That the real Collector
 * does the same is shown by test/binaries.
 */
import { RE2JS } from 're2js';
import { type CollectorRedaction, FORM } from '../../src/pipelines/collector/redaction';
import { type Group } from '../../src/pipelines/collector/ottl';
import { JSON_OBJECT } from '../../src/pipelines/json';

interface Line {
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
}
type Test = (line: Line) => boolean;
type Step = (line: Line) => Line;

/** The text that redaction leaves of a line of a source without a declared format. */
export function collectorModel({ suspects, routes, further }: CollectorRedaction): (text: string) => string {
  const isObject = RE2JS.compile(JSON_OBJECT);
  const first = suspects.map(stepOf);
  const ways = routes.map(({ condition, groups }) => ({ isFor: conditionOf(condition), steps: groups.map(stepOf) }));
  const last = further.map(stepOf);
  return (text) => {
    const received: Line = { text, attributes: new Map(isObject.matcher(text).find() ? [[FORM, 'json']] : []) };
    const marked = through(first, received);
    const way = ways.find(({ isFor }) => isFor(marked));
    return through([...(way?.steps ?? []), ...last], marked).text;
  };
}

const through = (steps: readonly Step[], line: Line): Line => steps.reduce((current, step) => step(current), line);

function stepOf({ condition, statements }: Group): Step {
  const isFor = condition === undefined ? () => true : conditionOf(condition);
  const steps = statements.map(statementOf);
  return (line) => (isFor(line) ? through(steps, line) : line);
}

const TEXT = '"(?:[^"\\\\]|\\\\.)*"';
/** A text of the config file. */
const read = (quoted: string): string => (JSON.parse(quoted) as string).replaceAll('$$', '$');

function statementOf(statement: string): Step {
  const [, expression, replacement] =
    new RegExp(`^replace_pattern\\(log\\.body, (${TEXT}), (${TEXT})\\)$`).exec(statement) ?? [];
  if (expression !== undefined && replacement !== undefined) return replaced(read(expression), read(replacement));
  const [, name, value, where] =
    new RegExp(`^set\\(log\\.attributes\\[(${TEXT})\\], (${TEXT}|true)\\)(?: where (.*))?$`).exec(statement) ?? [];
  if (name === undefined || value === undefined) throw new Error(`the model has no statement ${statement}`);
  const isFor = where === undefined ? () => true : conditionOf(where);
  return (line) =>
    isFor(line)
      ? { ...line, attributes: new Map([...line.attributes, [read(name), String(JSON.parse(value))]]) }
      : line;
}

function replaced(expression: string, replacement: string): Step {
  const compiled = RE2JS.compile(expression);
  return ({ text, attributes }) => {
    const matcher = compiled.matcher(text);
    let result = '';
    let end = 0;
    while (matcher.find()) {
      result += text.slice(end, matcher.start());
      result += replacement.replace(/\$\{(\d+)\}/g, (_, group: string) => matcher.group(Number(group)) ?? '');
      end = matcher.end();
    }
    return { text: result + text.slice(end), attributes };
  };
}

/** A condition of OTTL: `or` of `and` of `not`. */
function conditionOf(condition: string): Test {
  const tokens = [...condition.matchAll(new RegExp(`${TEXT}|[\\w.]+|==|>=|[()\\[\\],]`, 'g'))].map(([token]) => token);
  const next = (expected?: string): string => {
    const token = tokens.shift() ?? '';
    if (expected !== undefined && token !== expected) throw new Error(`${expected} expected in ${condition}`);
    return token;
  };
  const oneOf = (): Test => {
    const tests = [allOf()];
    while (tokens[0] === 'or') {
      next();
      tests.push(allOf());
    }
    return (line) => tests.some((test) => test(line));
  };
  const allOf = (): Test => {
    const tests = [single()];
    while (tokens[0] === 'and') {
      next();
      tests.push(single());
    }
    return (line) => tests.every((test) => test(line));
  };
  const argument = (): string => {
    for (const token of ['(', 'log.body', ',']) next(token);
    const text = read(next());
    next(')');
    return text;
  };
  const single = (): Test => {
    const token = next();
    switch (token) {
      case 'not': {
        const test = single();
        return (line) => !test(line);
      }
      case '(': {
        const test = oneOf();
        next(')');
        return test;
      }
      case 'Index': {
        const text = argument();
        next('>=');
        next('0');
        return (line) => line.text.includes(text);
      }
      case 'IsMatch': {
        const compiled = RE2JS.compile(argument());
        return (line) => compiled.matcher(line.text).find();
      }
      case 'attributes':
      case 'log.attributes':
      case 'resource.attributes': {
        next('[');
        const name = read(next());
        next(']');
        next('==');
        const value = String(JSON.parse(next()));
        return ({ attributes }) => (token === 'resource.attributes' ? 'auto' : attributes.get(name)) === value;
      }
      default:
        throw new Error(`the model has no ${token}: ${condition}`);
    }
  };
  const test = oneOf();
  if (tokens.length > 0) throw new Error(`the model does not understand ${tokens.join(' ')}`);
  return test;
}
