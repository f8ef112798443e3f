/** `agent.labels` and `agent.podLabels`, with both real agents: what lines have of them in Loki, and that a rule finds lines by them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LABELS } from '../../src/log-model';
import { LogPath } from '../support/log-path';
import { type Entry, nanoseconds } from '../../programs/loki';
import { type Container, cri } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';

const pod = (name: string, labels: Readonly<Record<string, string>>): Container => ({
  namespace: 'shop',
  pod: name,
  container: 'main',
  labels: { app: 'shop', ...labels },
});
const LISTED = pod('listed-1', { 'example.com/team': 'payments', 'example.com/owner': 'someone', word: 'error' });
const OTHER = pod('other-1', { 'example.com/team': 'payments-2' });
const BARE = pod('bare-1', {});
/** Labels of all lines. */
const FIXED = { cluster: 'west', region: 'eu.1' } as const;
const PODS = [LISTED, OTHER, BARE];
/** A program's own fields of these names change no label. */
const LINES = [
  '{"level":"warn","message":"json","team":"mine","region":"mine","word":"debug"}',
  'plain text',
  // The agent looks twice at a line with such a word, and marks it in between.
  'level=info msg=pairs team=mine note=password',
];

describe.each(['Promtail', 'Collector'] as const)('%s, with labels of the stack file', (name) => {
  const path = new LogPath(
    variant(`labels-${name.toLowerCase()}`, {
      environment: 'dev',
      cluster: FIXED.cluster,
      agent: {
        type: name === 'Promtail' ? 'promtail' : 'collector',
        labels: { region: FIXED.region },
        podLabels: [
          { type: 'label', name: 'team', podLabel: 'example.com/team', values: ['payments', 'orders'] },
          // So have they under this one, which is a label in between.
          { type: 'label', name: 'form', podLabel: 'example.com/form', values: ['round'] },
          { type: 'metadata', name: 'owner', podLabel: 'example.com/owner' },
          // The pipelines have values of their own under this name.
          { type: 'metadata', name: 'word', podLabel: 'word' },
        ],
        files: [{ name: 'own', job: 'own', directory: '/var/log/own' }],
        drop: [
          { name: 'by-team', selector: '{team="payments", region="eu.1", cluster="west"}', patterns: ['leave me out'] },
        ],
      },
    }),
    `labels-${name.toLowerCase()}`,
  );
  const found = (query: string): Promise<readonly Entry[]> => path.query(query);

  beforeAll(async () => {
    await path.start();
    for (const each of PODS)
      path.logs.append(
        each,
        [...LINES, 'leave me out'].map((line) => cri(nanoseconds(), line)),
      );
    mkdirSync(join(path.folder, 'files', 'own'), { recursive: true });
    writeFileSync(join(path.folder, 'files', 'own', 'a.log'), 'of a file\n');
    await (name === 'Promtail' ? path.startPromtail(PODS) : path.startCollector(PODS));
    const all = PODS.length * (LINES.length + 1); // one line is left out, and one is of a file
    await until(`${all} lines`, async () => {
      const { length } = await found('{region="eu.1"}');
      return length >= all ? undefined : `${length} are there`;
    });
    await sleep(2_000); // one too many would come by then
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  const of = async ({ pod: each }: Container): Promise<readonly Entry[]> =>
    found(`{namespace="shop", region="eu.1"} | pod="${each}"`);
  const own = ({ labels }: Entry): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(labels).filter(
        ([label]) => !Object.values<string>(LABELS).includes(label) && label !== '__time_shard__',
      ),
    );

  it('every line has what is the same for all, those of files too', async () => {
    expect(
      (await found('{job=~".+"}')).filter(({ labels }) => labels['region'] !== 'eu.1' || labels['cluster'] !== 'west'),
    ).toEqual([]);
    expect((await found('{job="own"}')).map(own)).toEqual([FIXED]);
  });

  it('a pod whose value is listed has the label, and any value beside its lines', async () => {
    const lines = await of(LISTED);
    expect(lines.map(({ line }) => line).toSorted()).toEqual(LINES.toSorted());
    for (const line of lines) {
      expect(own(line)).toEqual({ ...FIXED, team: 'payments' });
      expect(line.structuredMetadata).toMatchObject({ owner: 'someone', word: 'error', pod: 'listed-1' });
    }
    expect(lines.map(({ labels, line }) => `${labels['level'] ?? '-'} ${line.slice(0, 8)}`).toSorted()).toEqual([
      '- plain te',
      'info level=in',
      'warn {"level"',
    ]);
  });

  it('a pod with another value, or none, has no such label, and no rule about it leaves lines of it out', async () => {
    for (const each of [OTHER, BARE]) {
      const lines = await of(each);
      expect(lines.map(({ line }) => line).toSorted()).toEqual([...LINES, 'leave me out'].toSorted());
      for (const line of lines) {
        expect(own(line)).toEqual(FIXED);
        expect(Object.keys(line.structuredMetadata)).not.toContain('owner');
      }
    }
  });
});
