import { configWith } from '../../support/config';

describe('the default drop rule', () => {
  const [rule] = configWith().agent.drop;
  const patterns = (rule?.patterns ?? []).map((pattern) => new RegExp(pattern));
  const matches = (line: string): boolean => patterns.some((pattern) => pattern.test(line));

  it.each([
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET /health HTTP/1.1" 200 3 "-" "curl"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "HEAD /readyz?verbose=1 HTTP/1.1" 204 0 "-" "-"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET / HTTP/1.1" 200 3 "-" "kube-probe/1.36"',
    '{"level":"info","method":"GET","path":"/livez","status":200}',
  ])('leaves out %s', (line) => expect(matches(line)).toBe(true));

  it.each([
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET /health HTTP/1.1" 503 3 "-" "curl"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "GET /healthy-food HTTP/1.1" 200 3 "-" "curl"',
    '10.0.0.1 - - [23/Nov/2026:22:45:32 +0000] "POST /health HTTP/1.1" 200 3 "-" "curl"',
    '{"level":"info","message":"asked for /health","path":"/guilds"}',
  ])('keeps %s', (line) => expect(matches(line)).toBe(false));

  it('keeps what fails', () => expect(rule?.selector).toBe('{level=~"info|debug"}'));
});
