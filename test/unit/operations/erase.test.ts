/** Which lines are erased, by whom; the requests themselves are in test/binaries/erase.test.ts. */
import { erase, erasureQuery } from '../../../src/operations/erase';
import { configWith } from '../../support/config';

const tenants = (...list: readonly (readonly [name: string, erase: string[]])[]) =>
  configWith({
    auth: {
      loki: {
        tenants: list.map(([name, eraser], index) => ({
          name,
          write: index === 0 ? ['promtail'] : [],
          read: index === 0 ? ['grafana'] : [],
          erase: eraser,
        })),
      },
    },
  });
const NOWHERE = { url: 'http://localhost:1', password: 'x' };
const ID = '281474976710656001';

/** The filter of the query as JavaScript reads it. */
function matches(userId: string, line: string): boolean {
  const [, expression = ''] = /\|~ "(.*)"$/.exec(erasureQuery(userId)) ?? [];
  return new RegExp(expression).test(line);
}

describe('given an id, the query', () => {
  it('is for every stream of the tenant', () => {
    expect(erasureQuery(ID)).toMatch(/^\{job=~"\.\+"\} \|~ /);
  });

  it.each([
    `{"userId":"${ID}","message":"hello"}`,
    `{"userId":${ID}}`,
    `user ${ID} was banned`,
    `GET /users/${ID}/roles`,
    `<@${ID}> said`,
    ID,
  ])('finds it in %s', (line) => {
    expect(matches(ID, line)).toBe(true);
  });

  it.each([`{"userId":"${ID}9"}`, `{"userId":"1${ID}"}`, `trace-${ID}-of-another`, `x${ID}`, 'nobody'])(
    'does not find it in %s',
    (line) => {
      expect(matches(ID, line)).toBe(false);
    },
  );

  it.each(['', '12345', 'a.*', '.+', 'x" | json', 'with space', '(a|b)(c|d)', 'x'.repeat(65)])(
    'is refused for %j, which would erase other lines as well',
    (userId) => {
      expect(() => erasureQuery(userId)).toThrow('would erase other lines');
    },
  );
});

describe('given tenants', () => {
  it('without an erase credential, says where to name one', async () => {
    await expect(erase(tenants(['app', []]), { userId: ID }, NOWHERE)).rejects.toThrow(
      'an erase credential of the tenant',
    );
  });

  it('of which several have one, wants to know which', async () => {
    const config = tenants(['app', ['a-eraser']], ['audit', ['b-eraser']]);
    await expect(erase(config, { userId: ID }, NOWHERE)).rejects.toThrow('app, audit');
    await expect(erase(config, { tenant: 'other', userId: ID }, NOWHERE)).rejects.toThrow('app, audit');
  });
});
