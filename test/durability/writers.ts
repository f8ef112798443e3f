/** Pods that write numbered lines, and what of it their node has in its files: what is to be found in Loki. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyObjects, kubectl, type Target } from '../../local/kubernetes';
import { KUBELET_ROOT, onHost, POD_LOGS } from '../../local/layout';
import { runInside } from '../../local/namespace';
import { POD_LABELS } from '../../src/log-model';
import { APPS, CLIENT_IMAGE } from '../e2e/cluster';

/** One label for all: on a node their lines are one stream, and each must put up with what the others' clocks say. */
export const APP = 'durability';
const TICK_SECONDS = 0.2;

export interface Source {
  readonly name: string;
  /** Lines at once, five times a second. */
  readonly lines: number;
  /** Seconds by which the time in its lines is ahead of the node's. @default - no time in its lines */
  readonly ahead?: number;
}

/** Of all sources together, about. */
export const LINES_PER_SECOND = 1000;

/** Together about {@link LINES_PER_SECOND}; few enough of those with a clock of their own that the rest is at that rate. */
export const SOURCES: readonly Source[] = [
  ...['a', 'b', 'c', 'd'].map((name) => ({ name, lines: 50 })),
  { name: 'two-hours-ahead', lines: 1, ahead: 7200 },
  { name: 'four-minutes-ahead', lines: 1, ahead: 240 },
  { name: 'half-an-hour-behind', lines: 1, ahead: -1740 },
  { name: 'two-hours-behind', lines: 1, ahead: -7200 },
];

/** Starts them all, and waits until they write. */
export async function startWriters(target: Target): Promise<void> {
  await applyObjects(target, SOURCES.map(pod));
  const names = SOURCES.map(({ name }) => `pod/${podName(name)}`);
  await kubectl(target, ['-n', APPS, 'wait', ...names, '--for=condition=Ready', '--timeout=90s'], { timeout: 100 });
}

/** Lets them end their work. The pods stay: with them their files would go. */
export async function stopWriters(target: Target): Promise<void> {
  for (const { name } of SOURCES) {
    const volumes = join(KUBELET_ROOT, 'pods', await uidOf(target, name), 'volumes');
    await runInside(['touch', join(volumes, 'kubernetes.io~empty-dir', 'control', 'stop')]);
  }
  await new Promise((resolve) => setTimeout(resolve, 5 * TICK_SECONDS * 1000 + 1000));
}

export async function removeWriters(target: Target): Promise<void> {
  await kubectl(target, ['-n', APPS, 'delete', 'pods', '-l', `${POD_LABELS.app}=${APP}`, '--wait=false']);
}

/** One start of a source's container: it counts from 1. */
export interface Run {
  readonly source: string;
  /** When it started, in seconds. */
  readonly started: number;
  /** The last number in the node's file. */
  readonly last: number;
  /** Whether the node's files have a number at all. What the runtime has not written, nobody can read. */
  readonly isOnNode: (number: number) => boolean;
}

const LINE = /s=(\S+) r=(\d+) n=(\d+)/;

/** Of a line of theirs: who has written it, and when that began. */
export function parseLine(line: string): { readonly run: string; readonly number: number } | undefined {
  const [, source, started, number] = LINE.exec(line) ?? [];
  return source === undefined ? undefined : { run: `${source} ${started ?? ''}`, number: Number(number) };
}

export const runName = ({ source, started }: Pick<Run, 'source' | 'started'>): string => `${source} ${started}`;

/** Everything that was written, by the files of the node. */
export async function writtenRuns(target: Target): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const { name } of SOURCES) {
    const folder = onHost(join(POD_LOGS, `${APPS}_${podName(name)}_${await uidOf(target, name)}`, 'writer'));
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.log'))) {
      const text = readFileSync(join(folder, file), 'latin1');
      const [, source, started, last] = LINE.exec(text.slice(-4096).trimEnd().split('\n').at(-1) ?? '') ?? [];
      if (source === undefined) continue;
      runs.push({ source, started: Number(started), last: Number(last), isOnNode: membership(text) });
    }
  }
  return runs;
}

/** Which numbers a file has. Those before its first were in one that was rotated. */
function membership(text: string): (number: number) => boolean {
  const numbers = new Set<number>();
  return (number) => {
    if (numbers.size === 0) for (const [, digits] of text.matchAll(/ n=(\d+)"/g)) numbers.add(Number(digits));
    const [first = Infinity] = numbers;
    return number < first || numbers.has(number);
  };
}

/** The pod of a source. */
export const podName = (source: string): string => `durability-${source}`;

function uidOf(target: Target, source: string): Promise<string> {
  return kubectl(target, ['-n', APPS, 'get', 'pod', podName(source), '-o', 'jsonpath={.metadata.uid}']);
}

/** About 300 bytes a line. */
function script({ name, lines, ahead }: Source): string {
  const own = '\\"timestamp\\":\\"%s\\",';
  const time = ahead === undefined ? '' : `strftime("%Y-%m-%dT%H:%M:%SZ", systime() + ${ahead}, 1), `;
  return `exec awk 'BEGIN {
  run = systime()
  padding = sprintf("%200s", ""); gsub(/ /, "x", padding)
  for (;;) {
    for (i = 0; i < ${lines}; i++)
      printf "{\\"level\\":\\"info\\",${ahead === undefined ? '' : own}\\"message\\":\\"s=${name} r=%d n=%d\\",\\"padding\\":\\"%s\\"}\\n", ${time}run, ++n, padding
    fflush()
    if (system("test -e /control/stop") == 0) break
    system("sleep ${TICK_SECONDS}")
  }
  for (;;) system("sleep 1")
}'`;
}

function pod(source: Source): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(source.name), namespace: APPS, labels: { [POD_LABELS.app]: APP } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'writer',
          image: CLIENT_IMAGE,
          imagePullPolicy: 'Never',
          command: ['sh', '-c', script(source)],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'control', mountPath: '/control' }],
        },
      ],
      volumes: [{ name: 'control', emptyDir: {} }],
    },
  };
}
