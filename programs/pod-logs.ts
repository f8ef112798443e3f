/** A node's pods as the kubelet and the container runtime lay out what they write. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A container as discovery sees it and as the kubelet names its folder. */
export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** `metadata.labels` of the pod. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a static pod: the hash of its manifest, which its folder is named after. */
  readonly configHash?: string;
}

export const NODE = 'node-1';

/** A pod's `metadata.uid`: the same for the same pod. */
export function uidOf({ namespace, pod }: Container): string {
  const digits = createHash('sha256').update(`${namespace}/${pod}`).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** A node's folder with the logs of pods, in a temporary folder. */
export class PodLogs {
  private rotations = 0;

  constructor(readonly folder: string) {}

  /** Appends whole lines, CRI prefix and all, to the container's current file; without a line, the file is just there. */
  append(target: Container, lines: readonly (string | Buffer)[]): void {
    const file = this.file(target);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '');
    for (const line of lines) appendFileSync(file, Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
  }

  /** What the kubelet does with a file that has grown too long. */
  rotate(target: Container): void {
    this.rotations += 1;
    const second = String(this.rotations).padStart(2, '0');
    renameSync(this.file(target), `${this.file(target)}.20260102-0304${second}`);
    writeFileSync(this.file(target), '');
  }

  private file(target: Container): string {
    return podLogFile(this.folder, target);
  }
}

/** The container's current file, below a node's folder with the logs of pods. */
export function podLogFile(folder: string, target: Container): string {
  const { namespace, pod, container, configHash } = target;
  return join(folder, `${namespace}_${pod}_${configHash ?? uidOf(target)}`, container, '0.log');
}

const SECOND = 1_000_000_000n;

/** RFC 3339 with nanoseconds. */
export function iso(time: bigint): string {
  return new Date(Number(time / 1_000_000n))
    .toISOString()
    .replace(/\.\d+Z$/, `.${String(time % SECOND).padStart(9, '0')}Z`);
}

/** A line as containerd writes it. */
export function cri(time: bigint, text: string, flags = 'F', stream = 'stdout'): string {
  return `${iso(time)} ${stream} ${flags} ${text}`;
}

/** A long line as containerd writes it: in pieces, each at a later time. */
export function criPieces(times: () => bigint, text: string): readonly string[] {
  const pieces = text.match(/.{1,16384}/gs) ?? [];
  return pieces.map((piece, index) => cri(times(), piece, index < pieces.length - 1 ? 'P' : 'F'));
}
