/** What `npm run size` prints. */
import { sizeReport } from '../../../src/operations/size/size';
import { configWith, S3 } from '../../support/config';

const LONGER = { streams: [{ selector: '{job="security"}', period: '90d' }] };
const lastLine = (report: string) => report.split('\n').at(-1);

test('given a stack on its volume, the report has the parts in a table', () => {
  expect(sizeReport(configWith({ expectedLoad: { linesPerSecond: 200 } })).split('\n')).toEqual([
    '200 lines/s of 300 bytes',
    'Loki may be away for 151s if one container writes all of it, longer if several do (agent.containerLogMaxSize: 10Mi).',
    '',
    'all lines kept for  chunks  index   write-ahead log  volume needed',
    expect.stringMatching(/^720h {16}\d+\.\dGi {2}0\.\d\dGi {2}0\.\d\dGi {11}\d+\.\dGi$/),
    '',
    'persistence.size: 50Gi: too small.',
  ]);
});

test('given a bucket and several periods, it says where the chunks are and has a row for each', () => {
  const report = sizeReport(configWith({ storage: S3, retention: LONGER }));
  expect(report).toContain('chunks (bucket)');
  expect(report).toMatch(/^720h .*\n2160h /m);
  expect(report).toContain('persistence.size: 50Gi: enough.');
});

test('given a bucket, it says after what time a lifecycle rule may delete', () => {
  expect(lastLine(sizeReport(configWith({ storage: S3, retention: LONGER })))).toBe(
    'Lifecycle rule of the bucket: none is needed; one that deletes waits for 2186h or more.',
  );
});

test('given a volume that holds the usual period and not the longest, it says on what it depends', () => {
  expect(lastLine(sizeReport(configWith({ retention: LONGER })))).toBe(
    'persistence.size: 50Gi: enough, unless most lines are kept for 2160h.',
  );
});

test('given another load, it computes with that', () => {
  const report = sizeReport(configWith(), { linesPerSecond: 1, bytesPerLine: 100 });
  expect(report).toMatch(/^1 lines\/s of 100 bytes\n/);
  expect(lastLine(report)).toBe('persistence.size: 50Gi: enough.');
});
