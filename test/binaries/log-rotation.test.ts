/**
 * The kubelet rotates a container's log while Loki is away: the real Promtail with the rendered config, through the real
 * gateway into the real Loki. One rotation is survived; of two, what lies between them is lost, and nothing else.
 */
import { NumberedLines } from '../support/numbered-lines';
import { BUILD_TIMEOUT } from '../../programs/program';

/** Several batches: more than the agent holds in its hands. */
const LINES_PER_FILE = 12_000;

describe('given an agent and a Loki that goes away', () => {
  const lines = new NumberedLines();
  beforeAll(() => lines.start(), BUILD_TIMEOUT);
  afterAll(() => lines.stop());

  test('when the log is rotated once meanwhile, then nothing is lost', async () => {
    await lines.lokiGone();
    await lines.writeAndWait(LINES_PER_FILE);
    lines.rotate();
    await lines.writeAndWait(LINES_PER_FILE);
    await lines.lokiBack();
    await lines.settled();
    expect(await lines.missing()).toEqual([]);
  });

  test('when it is rotated twice meanwhile, then the file between is lost, and nothing else', async () => {
    await lines.lokiGone();
    await lines.writeAndWait(LINES_PER_FILE);
    lines.rotate();
    const first = lines.written + 1;
    await lines.writeAndWait(LINES_PER_FILE);
    lines.rotate();
    const last = lines.written;
    await lines.writeAndWait(LINES_PER_FILE);
    await lines.lokiBack();
    await lines.settled();
    const lost = await lines.missing();
    expect([lost.length, lost[0], lost.at(-1)]).toEqual([LINES_PER_FILE, first, last]);
  });
});
