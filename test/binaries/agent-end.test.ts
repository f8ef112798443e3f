/**
 * An agent ends while Loki is away. It holds one batch, and its positions say that this was read: ended as a roll-out does,
 * it waits for Loki within its grace period; killed, it has lost the batch and no more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NumberedLines } from '../support/numbered-lines';
import { BUILD_TIMEOUT, until } from '../../programs/program';

/** Two batches and more. */
const LINES = 9000;
/** Of a batch of 1 MB: no line of theirs is shorter than 250 bytes. */
const LINES_PER_BATCH = 2 ** 20 / 250;

describe('given an agent with lines that Loki cannot take', () => {
  const lines = new NumberedLines();
  beforeAll(() => lines.start(), BUILD_TIMEOUT);
  afterAll(() => lines.stop());

  test('when it is asked to end, and Loki comes back, then it delivers its batch and ends, and nothing is lost', async () => {
    await lines.lokiGone();
    await lines.writeAndWait(LINES);
    process.kill(lines.agent.pid, 'SIGTERM');
    await sleep(5000);
    expect(lines.agent.exitCode()).toBeUndefined();
    await lines.lokiBack();
    await until('the agent to end', () => (lines.agent.exitCode() === undefined ? 'it runs' : undefined), {
      seconds: 60,
    });
    await lines.startAgent();
    await lines.settled();
    expect(await lines.missing()).toEqual([]);
  });

  test('when it is killed, then what is lost is at most the batch in its hands', async () => {
    await lines.lokiGone();
    await lines.writeAndWait(LINES);
    await lines.agent.stop('SIGKILL');
    await lines.lokiBack();
    await lines.startAgent();
    await lines.settled();
    expect((await lines.missing()).length).toBeLessThanOrEqual(LINES_PER_BATCH);
  });
});
