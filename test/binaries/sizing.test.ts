/** What lines take on the real Loki's disk, against what src/config/derived/sizing.ts says. */
import { CHUNK_BYTES, diskNeed, INDEX_BYTES, BESIDE_A_LINE } from '../../src/config/derived/sizing';
import { fixtureStreams, metadataOf, varied } from '../support/fixture-load';
import { startLoki } from '../../programs/loki';
import { bytesIn } from '../support/loki-disk';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAY_SECONDS = 86_400;
/** In all; each file's stream has as many. */
const LINES = 200_000;
/** By which a figure may be off. */
const TOLERANCE = 0.35;

const rendered = variant('sizing', {
  environment: 'dev',
  limits: { ingestionRate: '200MB', ingestionBurst: '200MB', perStreamRate: '200MB', perStreamBurst: '200MB' },
});

const measured = { lines: 0, raw: 0, wal: 0, chunks: 0, index: 0 };
const folder = temporaryFolder('sizing');
afterAll(() => removeFolder(folder));

beforeAll(async () => {
  const loki = await startLoki((await programs('loki')).loki, rendered, { folder });
  // Chunks of two days are in two indexes.
  const [now, midnight] = [Date.now(), Math.floor(Date.now() / DAY) * DAY];
  const start = (now - midnight < HOUR / 2 ? midnight - 1 : now) - HOUR / 2;
  const count = Math.ceil(LINES / fixtureStreams.length);
  for (const { labels, lines } of fixtureStreams) {
    for (let sent = 0; sent < count;) {
      const values = Array.from({ length: Math.min(5000, count - sent) }, () => {
        const line = varied(lines[sent % lines.length] ?? '');
        const time = start + (sent / count) * (HOUR / 2);
        sent += 1;
        measured.raw += Buffer.byteLength(line);
        return [String(BigInt(Math.floor(time * 1000)) * 1000n), line, metadataOf(line)];
      });
      measured.lines += values.length;
      const body = { streams: [{ stream: labels, values }] };
      const { status, text } = await send({
        port: loki.port,
        path: '/loki/api/v1/push',
        body,
        headers: { 'X-Scope-OrgID': 'spywatcher' },
      });
      if (status !== 204) throw new Error(text);
    }
  }
  measured.wal = bytesIn(folder, 'wal');
  say(
    `${measured.lines} lines of ${Math.round(measured.raw / measured.lines)} bytes are written; Loki stops and writes its chunks`,
  );
  await loki.stop();
  measured.index = bytesIn(folder, 'chunks/index');
  measured.chunks = bytesIn(folder, 'chunks') - measured.index;
  const share = (bytes: number, of: number): string => (bytes / of).toFixed(4);
  const ofLine = ((measured.wal - measured.raw) / measured.lines).toFixed(0);
  say(
    `for a byte of lines ${share(measured.chunks, measured.raw)} of chunks, for a byte of these ${share(measured.index, measured.chunks)} of index; ${ofLine} bytes beside each line in the write-ahead log`,
  );
}, BUILD_TIMEOUT);

const difference = (found: number, said: number): number => Math.abs(found / said - 1);

it('chunks and the write-ahead log take what is computed with', () => {
  expect(difference(measured.chunks / measured.raw, CHUNK_BYTES)).toBeLessThan(TOLERANCE);
  expect(difference((measured.wal - measured.raw) / measured.lines, BESIDE_A_LINE)).toBeLessThan(TOLERANCE);
});

it('the index takes no more than is computed with', () => {
  expect(measured.index / measured.chunks).toBeLessThanOrEqual(INDEX_BYTES);
});

it('the store has grown by what is computed for a day with so many lines', () => {
  const load = { linesPerSecond: measured.lines / DAY_SECONDS, bytesPerLine: measured.raw / measured.lines };
  const keptFor = (days: number): number =>
    diskNeed(rendered.config, { milliseconds: days * DAY_SECONDS * 1000 }, load).chunks.bytes;
  expect(difference(measured.chunks, keptFor(2) - keptFor(1))).toBeLessThan(TOLERANCE);
});
