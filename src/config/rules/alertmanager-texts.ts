/** Rules on the words of messages: Alertmanager finds a mistake in one when it sends it, and then nobody is told. */
import { redactor, SECRET_PATTERNS } from '../../log-model';
import { messageFault, ownTemplateFault, STACK_PREFIX } from '../message-template';
import type { Problem } from '../problem';
import type { Alertmanager } from '../schema';
import { ofEmbedded } from './of-embedded';
import { problem, type Rule, when } from './rule';

const TEMPLATES = ['alertmanager', 'templates'];
const RECEIVERS = ['alertmanager', 'receivers'];

/** Secrets that are known by their form alone. A text may have words like `password`. */
const SECRET_KINDS = [
  ...['private key', 'password in a URL', 'token in a path'],
  ...['JSON Web Token', 'Discord bot token', 'API key of a known form'],
];

export const alertmanagerTextRules: readonly Rule[] = [
  ofEmbedded([TEMPLATES.join('.')], ({ templates }) =>
    Object.entries(templates).flatMap(([name, text]) => [
      ...when(name.startsWith(STACK_PREFIX), () =>
        problem(
          [...TEMPLATES, name],
          name,
          'another name than those of the stack itself',
          'rename it, for example team.title',
        ),
      ),
      ...textProblems([...TEMPLATES, name], text, ownTemplateFault(text, Object.keys(templates))),
    ]),
  ),
  ofEmbedded([RECEIVERS.join('.'), TEMPLATES.join('.')], ({ receivers, templates }) =>
    receivers.flatMap((receiver, index) =>
      Object.entries(wordsOf(receiver)).flatMap(([key, text]) =>
        text === undefined
          ? []
          : textProblems([...RECEIVERS, index, key], text, messageFault(text, Object.keys(templates))),
      ),
    ),
  ),
  ofEmbedded([RECEIVERS.join('.')], ({ receivers }) =>
    receivers.flatMap((receiver, index) =>
      when(receiver.type === 'telegram' && receiver.format === 'html' && receiver.text === undefined, () =>
        problem(
          [...RECEIVERS, index, 'format'],
          'html',
          'html for a text of its own: that of the stack is no HTML',
          'add text, or remove format',
        ),
      ),
    ),
  ),
];

/** The words that a receiver has of its own. */
function wordsOf(receiver: Alertmanager['receivers'][number]): Readonly<Record<string, string | undefined>> {
  return {
    title: 'title' in receiver ? receiver.title : undefined,
    text: 'text' in receiver ? receiver.text : undefined,
  };
}

function textProblems(path: readonly PropertyKey[], text: string, fault: string | undefined): readonly Problem[] {
  // The text itself is not shown.
  if (holdsSecret(text))
    return [
      {
        ...problem(
          path,
          undefined,
          'a text without secrets: it stands in a ConfigMap',
          'take the URL or key out; secrets of receivers belong below spywatcher-logs:secrets',
        ),
        received: '(not shown)',
      },
    ];
  return fault === undefined
    ? []
    : [
        problem(
          path,
          text,
          `a template that Alertmanager can fill; ${fault}`,
          'write for example {{ .CommonLabels.alertname }}, {{ range .Alerts }}{{ .Annotations.summary }}{{ end }} or {{ template "spywatcher.title" . }}',
        ),
      ];
}

function holdsSecret(text: string): boolean {
  return SECRET_PATTERNS.filter(({ kind }) => SECRET_KINDS.includes(kind))
    .map(redactor)
    .some(({ suspects, redact }) => suspects(text) && redact(text) !== text);
}
