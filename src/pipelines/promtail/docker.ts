/** Lines as Docker's log driver json-file writes them. */
import type { Stage } from './stage';

/** Extracted values of Docker's JSON, and the line that is made of them. */
const KEYS = { text: 'docker_log', stream: 'docker_stream', time: 'docker_time', line: 'docker_line' } as const;

/**
 * Makes of Docker's JSON the line that another runtime would have written. Promtail's own stage `docker` does not join the pieces of a
 * long line: only the last one of them ends with a line break.
 */
export function asOfCri(): readonly Stage[] {
  const { text, stream, time, line } = KEYS;
  return [
    { json: { expressions: { [text]: 'log', [stream]: 'stream', [time]: 'time' } } },
    {
      template: {
        source: line,
        template: `{{ if .${time} }}{{ .${time} }} {{ .${stream} }} {{ if hasSuffix "\\n" .${text} }}F{{ else }}P{{ end }} {{ trimSuffix "\\n" .${text} }}{{ end }}`,
      },
    },
    { output: { source: line } },
  ];
}
