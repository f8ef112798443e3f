/**
 * What Promtail's redaction does to a line, told by RE2 in JavaScript: quick, for thousands of lines. That the real Promtail
 * does the same is shown by test/binaries.
 */
import { RE2JS } from 're2js';
import type { Stage } from '../../src/pipelines/promtail/stage';

interface Line {
  readonly text: string;
  readonly labels: Readonly<Record<string, string>>;
}

type Step = (line: Line) => Line;

interface Match {
  readonly selector: string;
  readonly stages: readonly Stage[];
}
interface Replace {
  readonly expression: string;
  readonly replace: string;
}

/** Runs stages of the kinds `match`, `replace` and `static_labels`. */
export function promtailModel(stages: readonly Stage[]): (text: string) => string {
  const step = all(stages);
  return (text) => step({ text, labels: { job: 'backend', format: 'auto' } }).text;
}

function all(stages: readonly Stage[]): Step {
  const steps = stages.map(stepOf);
  return (line) => steps.reduce((current, step) => step(current), line);
}

function stepOf(stage: Stage): Step {
  const [[kind, settings] = ['nothing', undefined]] = Object.entries(stage);
  switch (kind) {
    case 'match':
      return matched(settings as Match);
    case 'replace':
      return replaced(settings as Replace);
    case 'static_labels':
      return ({ text, labels }) => ({ text, labels: { ...labels, ...(settings as Record<string, string>) } });
    default:
      throw new Error(`the model has no stage ${kind}`);
  }
}

function matched({ selector, stages }: Match): Step {
  const [, matchers = '', filters = ''] = /^\{([^}]*)\}(.*)$/s.exec(selector) ?? [];
  const tests: ((line: Line) => boolean)[] = [];
  for (const [, label = '', operator = '', value = ''] of matchers.matchAll(/(\w+)(=~|!=)"([^"]*)"/g))
    tests.push(({ labels }) =>
      operator === '!=' ? labels[label] !== value : new RegExp(`^(?:${value})$`).test(labels[label] ?? ''),
    );
  for (const [, operator = '', quoted = ''] of filters.matchAll(/ (\|=|!=|\|~|!~) ("(?:[^"\\]|\\.)*")/g)) {
    const text = JSON.parse(quoted) as string;
    const wanted = operator.startsWith('|');
    const found = operator.endsWith('=') ? (line: string) => line.includes(text) : finds(text);
    tests.push((line) => found(line.text) === wanted);
  }
  const inner = all(stages);
  return (line) => (tests.every((test) => test(line)) ? inner(line) : line);
}

function finds(expression: string): (line: string) => boolean {
  const compiled = RE2JS.compile(expression);
  return (line) => compiled.matcher(line).find();
}

/** As Promtail does: each group that captured something; not one that begins where the last one has ended. */
function replaced({ expression, replace }: Replace): Step {
  const compiled = RE2JS.compile(expression);
  const swap = /^\{\{ Replace \.Value "([^"]*)" "([^"]*)" -1 \}\}$/.exec(replace);
  const unescaped = (text = ''): string => text.replaceAll('\\f', '\f');
  const replacement = (value: string): string =>
    swap === null ? replace : value.replaceAll(unescaped(swap[1]), unescaped(swap[2]));
  return ({ text, labels }) => {
    const matcher = compiled.matcher(text);
    let result = '';
    let end = 0;
    while (matcher.find())
      for (let group = 1; group <= matcher.groupCount(); group += 1) {
        const start = matcher.start(group);
        if (start < 0 || (end !== 0 && start <= end)) continue;
        result += text.slice(end, start) + replacement(matcher.group(group) ?? '');
        end = matcher.end(group);
      }
    return { text: result + text.slice(end), labels };
  };
}
