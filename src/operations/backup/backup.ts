/** Does what `npm run backup` and `npm run restore` do: copies Loki's volume to a file and back. Loki is stopped meanwhile. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { type Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { LOKI } from '../../components/kit/identity';
import { DATA } from '../../components/loki/storage';
import type { StackConfig } from '../../config';
import { isBucket } from '../../config/derived/bucket';
import { type Cluster, kubectl } from '../kubectl';
import { POD, volumePod } from './volume-pod';

/** Prints what is being done. */
export type Say = (line: string) => void;

/** A stack and the cluster that it runs on. */
export interface VolumeOwner {
  readonly cluster: Cluster;
  readonly config: StackConfig;
  readonly say: Say;
}

/** Loki writes what it has in memory before it ends; its pod gets five minutes for that. */
const STOPS_WITHIN = '360s';
const STARTS_WITHIN = '900s';
/** A pipe in the pod: a copy of the stream goes through it to the program that makes the checksum. */
const FIFO = '/tmp/stream';

/**
 * Writes the whole volume to a file, as tar with gzip. Loki is stopped meanwhile and started again, whatever happens.
 *
 * @returns bytes before compression.
 * @throws Error where chunks are in a bucket, or what has arrived is not what was sent; the file is then not there.
 */
export async function backup(owner: VolumeOwner, file: string): Promise<number> {
  const draft = `${file}.partial`;
  const measure = new Measure();
  const target = createWriteStream(draft, { mode: 0o600, flags: 'wx' });
  try {
    // This comes before Loki is stopped: perhaps the file cannot be written.
    await once(target, 'open');
    await withVolume(owner, async () => {
      owner.say(`writing ${file}`);
      // Not the folder itself, which is root's: nobody else could put it back.
      const script = `cd ${DATA}; set -- $(ls -A | grep -vx lost+found); tar -cf - "$@" | tee ${FIFO}`;
      const sent = await exec(owner, script, { output: (from) => pipeline(from, measure, createGzip(), target) });
      measure.compare(sent);
    });
    await rename(draft, file);
  } finally {
    target.destroy();
    await rm(draft, { force: true });
  }
  return measure.bytes;
}

/**
 * Puts what {@link backup} has written into the volume. Loki is stopped meanwhile, and started again but where the volume is
 * left with half of it.
 *
 * @param replace - whether what is in the volume may be deleted. @default false
 * @returns bytes before compression.
 * @throws Error, before anything is changed, for a file that is not whole, or a volume that holds something without `replace`.
 */
export async function restore(owner: VolumeOwner, file: string, replace = false): Promise<number> {
  const measure = new Measure();
  owner.say(`looking through ${file}`);
  await pipeline(createReadStream(file), createGunzip(), new Writable({ write: (_chunk, _encoding, done) => done() }));
  let isHalfDone = false;
  const isWhole = (): boolean => !isHalfDone;
  await withVolume(
    owner,
    async () => {
      const all = `find ${DATA} -mindepth 1 -maxdepth 1 ! -name lost+found`;
      const entries = inPod(owner, all).split('\n').filter(Boolean);
      if (entries.length > 0 && !replace)
        throw new Error(`The volume is not empty: ${entries.join(', ')}. With --replace all of it is deleted first.`);
      isHalfDone = true;
      inPod(owner, `${all} -exec rm -rf {} +`);
      owner.say(`reading ${file}`);
      const arrived = await exec(owner, `tee ${FIFO} | tar -C ${DATA} -xf -`, {
        input: (to) => pipeline(createReadStream(file), createGunzip(), measure, to),
      });
      measure.compare(arrived);
      isHalfDone = false;
    },
    isWhole,
  );
  return measure.bytes;
}

/** With Loki stopped, and its volume in a pod that has a shell. */
async function withVolume<T>(
  owner: VolumeOwner,
  use: () => Promise<T>,
  mayStart: () => boolean = () => true,
): Promise<T> {
  const { cluster, config, say } = owner;
  const { logging } = config.namespaces;
  if (isBucket(config.storage))
    throw new Error('Chunks and index are in a bucket: back that up with the means of its store.');
  const inNamespace = (...args: readonly string[]): string => kubectl(cluster, ['-n', logging, ...args]);
  const scale = (replicas: number): string =>
    inNamespace('scale', `statefulset/${LOKI.name}`, `--replicas=${replicas}`);
  say('stopping Loki; agents keep what they read, and send it later');
  scale(0);
  try {
    waitFor(owner, 'delete', `pod/${LOKI.name}-0`, STOPS_WITHIN);
    kubectl(cluster, ['apply', '-f', '-'], JSON.stringify(volumePod(config)));
    waitFor(owner, 'condition=Ready', `pod/${POD}`, STARTS_WITHIN);
    return await use();
  } finally {
    inNamespace('delete', 'pod', POD, '--ignore-not-found', '--wait');
    if (mayStart()) {
      say('starting Loki again');
      scale(config.deployment.replicas);
      inNamespace('rollout', 'status', `statefulset/${LOKI.name}`, `--timeout=${STARTS_WITHIN}`);
    } else say('Loki stays stopped: its volume holds half of the file. Restore it again, with --replace.');
  }
}

function waitFor({ cluster, config }: VolumeOwner, what: string, object: string, timeout: string): void {
  kubectl(cluster, ['-n', config.namespaces.logging, 'wait', `--for=${what}`, object, `--timeout=${timeout}`]);
}

const execArguments = ({ config }: VolumeOwner, script: string, ...options: readonly string[]): readonly string[] => [
  ...['-n', config.namespaces.logging, 'exec', ...options, POD, '--', 'sh', '-c', script],
];

/** Runs a script in the pod; returns its output. */
function inPod(owner: VolumeOwner, script: string): string {
  return kubectl(owner.cluster, execArguments(owner, script));
}

/** Streams to or from a script in the pod, which sends a copy of the stream to {@link FIFO}; returns what it has said besides. */
async function exec(
  owner: VolumeOwner,
  script: string,
  streams: {
    readonly output?: (from: Readable) => Promise<void>;
    readonly input?: (to: Writable) => Promise<void>;
  },
): Promise<string> {
  const { kubectl: program, select } = owner.cluster;
  const command = `set -eo pipefail; mkfifo ${FIFO}; sha256sum < ${FIFO} >&2 & ${script}; wait $!`;
  const child = spawn(program, [...select, ...execArguments(owner, command, '-i')], { stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (streams.input === undefined) child.stdin.end();
  const [code, ...through] = await Promise.allSettled([
    ended,
    streams.output?.(child.stdout),
    streams.input?.(child.stdin),
  ]);
  // A failed script says why in its own words. The streams only broke.
  if (code.status === 'fulfilled' && code.value !== 0) throw new Error(`In the pod ${POD}: ${said.trim()}`);
  for (const each of [code, ...through]) if (each.status === 'rejected') throw each.reason;
  return said;
}

/** Counts what goes through, and makes its checksum: a stream through the API server may end early without an error. */
class Measure extends Transform {
  bytes = 0;
  private readonly hash = createHash('sha256');

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.bytes += chunk.length;
    this.hash.update(chunk);
    done(null, chunk);
  }

  /** @throws Error where the other side has seen something else. */
  compare(said: string): void {
    const here = this.hash.digest('hex');
    if (!said.includes(here))
      throw new Error(`What arrived is not what was sent (sha256 ${here} here): ${said.trim()}`);
  }
}
