/**
 * Hundreds of generated lines, and all captured ones, through every pipeline of the real agents: secrets are gone, lines are
 * still what they were, and their level, time and ids are found.
 */
import * as fc from 'fast-check';
import { LABELS, POD_LABELS, REDACTED } from '../../src/log-model';
import { LogPath } from '../support/log-path';
import { type Entry } from '../../programs/loki';
import { fixtureStreams } from '../support/fixture-load';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { type Container, cri, iso } from '../../programs/pod-logs';
import { variant } from '../../programs/rendered-stack';
import { jsonLine, logfmtLine, pairsOf, survivors, torn } from '../support/secret-lines';

const MILLISECOND = 1_000_000n;
const START = (BigInt(Date.now()) / 1000n - 120n) * 1000n * MILLISECOND;
let clock = START;
const tick = (): bigint => (clock += MILLISECOND + 1n);

const RUNS = 400;
/** The same lines in every run; others are tried by the unit tests. */
const generated = (lines: fc.Arbitrary<string>, seed: number): readonly string[] =>
  fc.sample(lines, { numRuns: RUNS, seed });
const captured = fixtureStreams.flatMap(({ lines }) => lines).filter((line) => /^\{\s*"/.test(line));

const pod = (name: string, format: string): Container => ({
  namespace: 'redaction',
  pod: name,
  container: 'main',
  labels: { [POD_LABELS.app]: name, [POD_LABELS.format]: format },
});

/** Of every pipeline that reads JSON or pairs. */
const sources = {
  auto: { target: pod('json-auto', 'auto'), lines: [...generated(jsonLine, 1), ...captured] },
  python: { target: pod('json-python', 'python'), lines: generated(jsonLine, 2) },
  nginx: { target: pod('json-nginx', 'nginx'), lines: generated(jsonLine, 3) },
  postgres: { target: pod('json-postgres', 'postgres'), lines: generated(jsonLine, 4) },
  pairs: { target: pod('pairs', 'auto'), lines: generated(logfmtLine, 5) },
} as const;
const allowed = {
  target: pod('allowed', 'auto'),
  lines: [
    '{"level":"info","maxTokens":5,"max_tokens":["a"],"tokens":7,"n":1}',
    '{"level":"info","body":"{\\"maxTokens\\":5,\\"tokens\\":7}"}',
    'level=info maxTokens=5 tokens=7',
    'maxTokens: 5, accessMaxTokens: 5',
    '{"level":"info","maxTokens":"ann@example.org"}',
  ],
};
const harmless = {
  target: pod('harmless', 'auto'),
  lines: [
    'Bot 1234567890123456789 left guild',
    'bot SpyWatcherProduction is ready',
    'loaded logo@2x.png, started getty@tty1.service, cloned git@github.com:a/b, asked user@host.internal for pkg@2.0.0-beta.next',
    'PWD=/srv OLDPWD=/ passwordAttempts: 3 emails: 5',
    'GET /cb?code=404 1',
    'DISCORD_TOKEN=undefined',
    'DISCORD_TOKEN: required',
    'token: null, password: ***, secret=<redacted>, apiKey=',
    'GET http://localhost:3000/users/@me 200',
    '{"level":"info","passwordChangedAt":"2026-01-01","secretName":"db","emails":5,"DISCORD_TOKEN":"undefined","PWD":"/srv","password":null,"tokens":[],"session_id":"6a156d5f.3f2a"}',
    'level=info secretName=db emails=5 DISCORD_TOKEN=undefined PWD=/srv password="" msg="Enter password:" n=1',
  ],
};

describe.each(['Promtail', 'Collector'] as const)('%s takes out secrets', (agent) => {
  const rendered = variant('redaction', { environment: 'staging', agent: { allow: ['maxTokens'], drop: [] } });
  const path = new LogPath(rendered, `redaction-${agent.toLowerCase()}`);
  const all = [...Object.values(sources), allowed, harmless];
  const times = new Map<Container, readonly bigint[]>();
  const found = new Map<Container, readonly Entry[]>();

  beforeAll(async () => {
    await path.start();
    for (const { target, lines } of all) {
      const at = lines.map(() => tick());
      times.set(target, at);
      path.logs.append(
        target,
        lines.map((line, index) => cri(at[index] ?? 0n, line)),
      );
    }
    const targets = all.map(({ target }) => target);
    await (agent === 'Promtail' ? path.startPromtail(targets) : path.startCollector(targets));
    for (const { target, lines } of all)
      await until(`the lines of ${target.pod}`, async () => {
        const entries = await path.query(`{app="${target.pod}"}`);
        found.set(target, entries);
        return entries.length < lines.length ? `${entries.length} of ${lines.length} are there` : undefined;
      });
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  /** What came out for what was written, by its time: a captured line has one of its own. */
  function* pairsFound({ target, lines }: (typeof all)[number]): Generator<readonly [before: string, after: Entry]> {
    const byTime = new Map((found.get(target) ?? []).map((entry) => [iso(entry.time), entry]));
    for (const [index, line] of lines.entries()) {
      const entry = byTime.get(iso(times.get(target)?.[index] ?? 0n));
      if (entry !== undefined) yield [line, entry];
    }
  }

  test.each(['auto', 'python', 'nginx', 'postgres'] as const)(
    'of generated JSON, which stays JSON with the same names, level, time and ids: %s',
    (format) => {
      const pairs = [...pairsFound(sources[format])].slice(0, RUNS);
      expect(pairs).toHaveLength(RUNS);
      for (const [before, after] of pairs) {
        expect(torn(before, after.line)).toEqual([]);
        expect(survivors(after.line)).toEqual([]);
        const { level, requestId } = JSON.parse(before) as Readonly<Record<string, string>>;
        expect(after.labels[LABELS.level]).toBe(format === 'nginx' ? 'info' : level);
        if (format !== 'postgres') expect(after.structuredMetadata['requestId']).toBe(requestId);
      }
    },
  );

  test('of captured JSON, which stays JSON with the same names', () => {
    const after = found.get(sources.auto.target) ?? [];
    // Those with a time of their own are told by their text.
    const texts = new Set(after.map(({ line }) => line));
    for (const line of captured.filter((text) => !texts.has(text))) {
      const candidates = after.filter((entry) => entry.line.includes(REDACTED));
      expect(candidates.some((entry) => torn(line, entry.line).length === 0)).toBe(true);
    }
  });

  test('of generated pairs, which stay as many with the same keys, level and ids', () => {
    const pairs = [...pairsFound(sources.pairs)];
    expect(pairs).toHaveLength(RUNS);
    for (const [before, after] of pairs) {
      expect(pairsOf(after.line).map(([key]) => key)).toEqual(pairsOf(before).map(([key]) => key));
      expect(survivors(after.line)).toEqual([]);
      const { requestId, level } = Object.fromEntries(pairsOf(before));
      expect(after.structuredMetadata['requestId']).toBe(requestId);
      expect(after.labels[LABELS.level]).toBe(level);
    }
  });

  test('but not what only looks like one', () => {
    expect([...pairsFound(harmless)].map(([, { line }]) => line)).toEqual(harmless.lines);
  });

  test('but not what has a name that is allowed, unless it is known by its form', () => {
    expect([...pairsFound(allowed)].map(([, { line }]) => line)).toEqual([
      `{"level":"info","maxTokens":5,"max_tokens":["a"],"tokens":"${REDACTED}","n":1}`,
      `{"level":"info","body":"{\\"maxTokens\\":5,\\"tokens\\":\\"${REDACTED}\\"}"}`,
      `level=info maxTokens=5 tokens=${REDACTED}`,
      `maxTokens: 5, accessMaxTokens: ${REDACTED}`,
      `{"level":"info","maxTokens":"${REDACTED}"}`,
    ]);
  });
});
