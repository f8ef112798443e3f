/** A pod that writes distinct records, and what has to come back of them, whichever agent reads them. */
import type { Target } from '../../local/kubernetes';
import type { LogEntry, LokiClient } from '../../local/loki-client';
import { eventually } from '../../programs/wait';
import { APPS, log, startWriter, waitForWriter } from './cluster';

export interface Delivery {
  readonly target: Target;
  readonly loki: LokiClient;
  /** Nothing was written before. */
  readonly started: Date;
}

/** All entries of an app, when there are as many as there should be. */
export async function linesOf(
  { loki, started }: Delivery,
  app: string,
  expected: number,
): Promise<readonly LogEntry[]> {
  log(`waiting for ${expected} entries of ${app}`);
  const count = await eventually(
    () => loki.count(`{app="${app}"}`, '1h'),
    (value) => value >= expected,
    120,
  );
  expect(count).toBe(expected);
  return loki.queryAll(`{app="${app}"}`, started);
}

/** Sequence numbers as the writers print them, sorted; a lost or doubled one shows. */
export function numbers(entries: readonly LogEntry[]): readonly number[] {
  return entries.map(({ line }) => Number(/n=(\d+)/.exec(line)?.[1] ?? Number.NaN)).sort((a, b) => a - b);
}

export const sequence = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);

const JSON_LINES = 6000;
const PLAIN_LINES = 4000;
const MULTI_LINE = 2000;
const TOTAL = JSON_LINES + PLAIN_LINES + MULTI_LINE;

/** @param app - name of the pod, which no other test has. */
export function describeDelivery(app: string, delivery: () => Delivery): void {
  describe('given a pod that writes 12,000 distinct records: JSON, plain and multi-line', () => {
    let entries: readonly LogEntry[];

    beforeAll(async () => {
      const { target } = delivery();
      await startWriter(
        target,
        app,
        `awk 'BEGIN {
          for (i = 1; i <= ${JSON_LINES}; i++) printf "{\\"level\\":\\"%s\\",\\"message\\":\\"n=%d\\",\\"requestId\\":\\"r-%d\\"}\\n", (i % 10 == 0 ? "ERROR" : "info"), i, i
          for (i = ${JSON_LINES + 1}; i <= ${JSON_LINES + PLAIN_LINES}; i++) printf "plain line n=%d\\n", i
          for (i = ${JSON_LINES + PLAIN_LINES + 1}; i <= ${TOTAL}; i++) printf "Error: broken n=%d\\n    at first (file.js:1)\\n    at second (file.js:2)\\n", i
        }'; sleep 3`,
      );
      await waitForWriter(target, app, 120);
      entries = await linesOf(delivery(), app, TOTAL);
    });

    test('then exactly those come back, once each', () => {
      expect(numbers(entries)).toEqual(sequence(TOTAL));
    });

    test('then a multi-line record is one entry, with its continuation', () => {
      const traces = entries.filter(({ line }) => line.startsWith('Error: broken'));
      expect(traces).toHaveLength(MULTI_LINE);
      expect(traces.filter(({ line }) => line.split('\n').length === 3)).toHaveLength(MULTI_LINE);
    });

    test('then streams have the labels of the architecture, and no label with many values', async () => {
      const { loki, started } = delivery();
      const streams = await loki.query(`{app="${app}"} | level="error" | drop requestId, pod`, started);
      expect(streams[0]?.labels).toMatchObject({
        job: app,
        service: app,
        app,
        level: 'error',
        namespace: APPS,
        container: 'writer',
        node: 'spywatcher',
      });
      expect(
        await loki.value(
          `count(count by (job, service, app, level, namespace, container, node) (count_over_time({app="${app}"}[1h])))`,
        ),
      ).toBe(3);
    });

    test('then a level is normalised, and fields are found by their names', async () => {
      const { loki } = delivery();
      // The JSON records that say so, and the stack traces.
      expect(await loki.count(`{app="${app}", level="error"}`, '1h')).toBe(JSON_LINES / 10 + MULTI_LINE);
      expect(await loki.count(`{app="${app}"} | json | requestId="r-123"`, '1h')).toBe(1);
      expect(await loki.count(`{app="${app}"} | requestId="r-123"`, '1h')).toBe(1);
    });
  });
}
