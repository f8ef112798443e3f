/** The screen of `npm run status`. */
import { styleText } from 'node:util';
import type { Status } from './status';
import type { Part, Verdict } from './part';

/** Whether standard output is a terminal that shows colours, and its user wants them. */
export function hasColours(): boolean {
  return process.stdout.isTTY && process.stdout.hasColors();
}

/** How texts are marked on a terminal. */
const STYLES = { ok: 'green', bad: 'red', unknown: 'yellow', bold: 'bold' } as const;
export type Paint = Readonly<Record<keyof typeof STYLES, (text: string) => string>>;

/** Marks texts; without colours, they stay as they are. */
export function paint(colours: boolean): Paint {
  const style = (name: keyof typeof STYLES) => (text: string) =>
    colours ? styleText(STYLES[name], text, { validateStream: false }) : text;
  return { ok: style('ok'), bad: style('bad'), unknown: style('unknown'), bold: style('bold') };
}

const WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok', bad: 'NOT OK', unknown: 'unknown' };

/** One line for each part, and below it why it is not as it should be. */
export function formatStatus(status: Status, colours: boolean): string {
  const painted = paint(colours);
  const now = Date.parse(status.at);
  const line = (name: string, { verdict, why }: Part<unknown>, text: string): readonly string[] => [
    `${painted[verdict](WORDS[verdict].padEnd(8))} ${name.padEnd(34)} ${text}`.trimEnd(),
    ...why.map((reason) => `${' '.repeat(11)}${verdict === 'unknown' ? 'unknown: ' : ''}${reason}`),
  ];
  const { loki, ingest, refused, agents, disks, retention, canary, alerts, certificates, jobs } = status;
  const rows = [
    ...status.components.flatMap((component) =>
      line(
        `${component.namespace}/${component.name}`,
        component,
        `${component.ready}/${component.desired} ready, ${component.restarts} restarts, ${component.running.join(', ') || 'nothing runs'}`,
      ),
    ),
    ...(loki === undefined ? [] : line('Loki’s version', loki, loki.version ?? '')),
    ...(ingest === undefined
      ? []
      : line(
          'ingest',
          ingest,
          ingest.linesPerSecond === undefined
            ? ''
            : `${rate(ingest.linesPerSecond)} lines/s, ${size(ingest.bytesPerSecond ?? 0)}/s`,
        )),
    ...(refused === undefined
      ? []
      : line(
          'refused since Loki’s start',
          refused,
          refused.lines.map(({ tenant, reason, lines }) => `${lines} ${reason} of ${tenant}`).join(', ') ||
            (refused.verdict === 'unknown' ? '' : 'none'),
        )),
    ...line(
      'agents since their start',
      agents,
      agents.sent === undefined
        ? ''
        : [
            `${agents.sent} sent (${rate(agents.sentPerSecond ?? 0)}/s)`,
            `${agents.dropped ?? 0} given up`,
            `${size(agents.waitingBytes ?? 0)} waiting`,
            ...(agents.queueUsed === undefined ? [] : [`queue ${Math.round(agents.queueUsed * 100)} % full`]),
          ].join(', '),
    ),
    ...disks.flatMap((disk) =>
      line(
        disk.claim,
        disk,
        [
          ...(disk.used === undefined ? [] : [`${Math.round(disk.used * 100)} %`]),
          ...(disk.bytes === undefined ? [] : [`of ${size(disk.bytes)}`]),
          disk.used === undefined
            ? ''
            : disk.daysToFull === undefined
              ? '(not getting full)'
              : `(full in ${disk.daysToFull.toFixed(1)} days)`,
        ].join(' '),
      ),
    ),
    ...(retention === undefined
      ? []
      : line('retention', retention, retention.lastRun === undefined ? '' : `ran ${age(now, retention.lastRun)} ago`)),
    ...(canary === undefined
      ? []
      : line(
          'canary',
          canary,
          canary.written === undefined ? '' : `${canary.written} written, ${canary.missing ?? 0} missing`,
        )),
    ...(alerts === undefined
      ? []
      : line(
          'alerts',
          alerts,
          alerts.firing.map(({ name, severity }) => `${name} (${severity})`).join(', ') || 'none fires',
        )),
    ...certificates.flatMap((certificate) =>
      line(
        `certificate ${certificate.secret}`,
        certificate,
        certificate.notAfter === undefined ? '' : `until ${certificate.notAfter.slice(0, 10)}`,
      ),
    ),
    ...(jobs === undefined ? [] : line('lines, by job', jobs, '')),
    ...(jobs?.jobs ?? []).map(
      ({ job, oldest, newest }) =>
        `${' '.repeat(11)}${job.padEnd(32)} ${span(now, 'oldest', oldest)}, ${span(now, 'newest', newest)}`,
    ),
  ];
  const head = `Stack ${status.stack}: ${WORDS[status.verdict]}`;
  return `${painted.bold(head)}  (${status.at})\n\n${rows.join('\n')}\n`;
}

function span(now: number, which: string, time: string | undefined): string {
  return time === undefined ? `${which} unknown` : `${which} ${age(now, time)} ago`;
}

/** A time in words: `3 minutes`. */
export function age(now: number, time: string): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  const [unit, length] = (
    [
      ['d', 86_400],
      ['h', 3600],
      ['min', 60],
    ] as const
  ).find(([, each]) => seconds >= 2 * each) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** Bytes with a unit. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? ''}`;
}

function rate(perSecond: number): string {
  return perSecond >= 10 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}
