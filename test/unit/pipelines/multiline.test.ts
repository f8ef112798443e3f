import { unlike } from '../../../src/pipelines/multiline';

describe('RE2 for what does not begin like some texts', () => {
  const expression = new RegExp(`^(?:${unlike(['INFO', 'IN 9', '99-'], ' ')})`);

  it.each(['', 'I', 'IN', 'INF', 'INDEX', 'IN x', 'at', '9', '1a', '12', '12:'])('matches %j', (text) =>
    expect(expression.test(text)).toBe(true),
  );
  it.each(['INFO', 'INFORMATION', 'IN 7', '12-', '12-31', ' at'])('does not match %j', (text) =>
    expect(expression.test(text)).toBe(false),
  );
});
