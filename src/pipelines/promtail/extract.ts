/** Stages that take fields out of lines, as the stack file says. */
import type { Extract, ExtractedField } from '../scrape-props';
import { isJson, isNotJson } from './json';
import { kept } from './own-labels';
import { type LineFilter, type Stage, when } from './stage';

/** Stages behind those that read a line and give it the labels of its source. */
export function extractStages(rules: readonly Extract[]): readonly Stage[] {
  const labels = rules.flatMap((rule) => rule.labels.map(({ name }) => name));
  return [
    // Stages before this one mark lines by labels, whatever their names are.
    ...(labels.length === 0 ? [] : [{ labeldrop: labels }]),
    ...rules.map((rule) => when(filtersOf(rule), stagesOf(rule), rule.selector)),
    // All selectors are asked before there is a label of these.
    ...(labels.length === 0 ? [] : [{ labels: Object.fromEntries(labels.map((name) => [name, kept(name)])) }]),
  ];
}

/** Lines that have something of it. */
function filtersOf(rule: Extract): readonly LineFilter[] {
  if (rule.type === 'json') return [isJson];
  // Where it does not match, its groups would be those of another expression.
  return rule.type === 'regex' ? [['|~', rule.expression]] : [['|=', '='], isNotJson];
}

function stagesOf(rule: Extract): readonly Stage[] {
  const { labels, metadata } = rule;
  const fields = [...labels, ...metadata];
  const sources = (of: (field: ExtractedField) => string): Readonly<Record<string, string>> =>
    Object.fromEntries(fields.map((field) => [kept(field.name), of(field)]));
  return [
    ...(rule.type === 'json' ? [{ json: { expressions: sources(({ from }) => jmesPath(from)) } }] : []),
    ...(rule.type === 'logfmt' ? [{ logfmt: { mapping: sources(({ from }) => from) } }] : []),
    ...(rule.type === 'regex'
      ? [
          { regex: { expression: rule.expression } },
          // A stage that keeps a group beside the line would take a label of that name off it.
          ...fields.map(({ name, from }) => ({ template: { source: kept(name), template: `{{ .${from} }}` } })),
        ]
      : []),
    ...labels.map(({ name, values }) => ({
      template: {
        source: kept(name),
        template: `{{ if .Value }}{{ if eq .Value ${values.map((value) => JSON.stringify(value)).join(' ')} }}{{ .Value }}{{ end }}{{ end }}`,
      },
    })),
    ...(metadata.length === 0
      ? []
      : [{ structured_metadata: Object.fromEntries(metadata.map(({ name }) => [name, kept(name)])) }]),
  ];
}

const jmesPath = (path: string): string =>
  path
    .split('.')
    .map((key) => JSON.stringify(key))
    .join('.');
