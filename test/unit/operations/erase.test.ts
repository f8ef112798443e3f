/** Which lines are erased, by whom; the requests themselves are in test/binaries/erase.test.ts. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { erase, erasureQueries } from '../../../src/operations/erase/erase';
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

const NAMED = 'ada-lovelace_1815';

/** The line filter of the queries as JavaScript reads it. */
function matches(userId: string, line: string): boolean {
  const expressions = new Set(
    erasureQueries(userId).flatMap((query) => [...query.matchAll(/\|~ `([^`]*)`$/g)].map(([, found = '']) => found)),
  );
  expect(expressions.size).toBe(1);
  return [...expressions].some((expression) => new RegExp(expression).test(line));
}

describe('given an id, the queries', () => {
  it('are for the streams of the agent and for those of OTLP, by the line and by the metadata', () => {
    const parts = erasureQueries(ID).map((query) => /^(\{.*?\}) (\|\S*)/.exec(query)?.slice(1));
    expect(parts).toEqual([
      ['{job=~".+"}', '|='],
      ['{job=~".+"}', '|'],
      ['{job="",service_name=~".+"}', '|='],
      ['{job="",service_name=~".+"}', '|'],
    ]);
  });

  it('ask for the id under each name that metadata has it', () => {
    expect(erasureQueries(ID)[1]).toMatch(/\} \| userId=`\d+` or user_id=`\d+` or enduser_id=`\d+`$/);
  });

  it('each match one label at least that is not empty: after another Loki refuses every query of the tenant', () => {
    for (const query of erasureQueries(ID)) expect(query).toMatch(/^\{[^}]*=~"\.\+"[^}]*\}/);
  });

  it.each([
    `{"userId":"${ID}","message":"hello"}`,
    `{"userId":${ID}}`,
    `user ${ID} was banned`,
    `GET /users/${ID}/roles`,
    `<@${ID}> said`,
    ID,
    String.raw`"banned:\n${ID}"`,
    String.raw`"banned:\t${ID}"`,
    String.raw`"\u001b[31m${ID}\u001b[0m"`,
    String.raw`"\x1b[m${ID}"`,
    String.raw`"\033[m${ID}"`,
    String.raw`"\x22${ID}"`,
    `?next=%2f${ID}%2f`,
    `?next=%25252F${ID}`,
    `user-${ID}`,
    `${ID}_avatar`,
  ])('find it in %s', (line) => {
    expect(matches(ID, line)).toBe(true);
  });

  it.each([`{"userId":"${ID}9"}`, `{"userId":"1${ID}"}`, `x${ID}`, `[m${ID}]`, `%2F1${ID}`, `n${ID}`, 'nobody'])(
    'do not find it in %s',
    (line) => {
      expect(matches(ID, line)).toBe(false);
    },
  );

  it.each([`"${NAMED}"`, String.raw`\n${NAMED}`, `%2F${NAMED}%2F`])('find one with letters in %s', (line) => {
    expect(matches(NAMED, line)).toBe(true);
  });

  it.each([`"${NAMED}-2"`, `"${NAMED}_2"`, `"x-${NAMED}"`, `"x_${NAMED}"`])(
    'do not find one with letters in %s, which is another',
    (line) => {
      expect(matches(NAMED, line)).toBe(false);
    },
  );

  it.each(['', '12345', 'a.*', '.+', 'x" | json', 'x` | json', 'with space', '(a|b)(c|d)', 'x'.repeat(65)])(
    'are refused for %j, which would erase other lines as well',
    (userId) => {
      expect(() => erasureQueries(userId)).toThrow('would erase other lines');
    },
  );
});

describe('given a gateway', () => {
  /** One that takes so many delete requests, and refuses those after them. */
  async function gatewayThatTakes(count: number, asked: URL[]): Promise<Server> {
    const server = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://localhost'));
      if (asked.length > count) response.writeHead(502).end('Loki does not answer');
      else response.writeHead(204, { 'x-delete-request-id': `request-${asked.length}` }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
  async function eraseAt(count: number): Promise<{ readonly asked: readonly URL[]; readonly ids: readonly string[] }> {
    const asked: URL[] = [];
    const server = await gatewayThatTakes(count, asked);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    try {
      const access = { url: `http://127.0.0.1:${address.port}`, password: 'x' };
      return { ids: await erase(tenants(['app', ['eraser']]), { userId: ID }, access), asked };
    } finally {
      server.close();
    }
  }

  it('that takes all requests, all are of the same time', async () => {
    const { ids, asked } = await eraseAt(4);
    expect(ids).toEqual(['request-1', 'request-2', 'request-3', 'request-4']);
    expect(asked.map(({ searchParams }) => searchParams.get('query'))).toEqual(erasureQueries(ID));
    for (const name of ['start', 'end'])
      expect(new Set(asked.map(({ searchParams }) => searchParams.get(name))).size).toBe(1);
  });

  it('that takes some, the error says which, and what to do', async () => {
    await expect(eraseAt(2)).rejects.toThrow(
      /^Loki took 2 of 4 delete requests \(request-1, request-2\), and not the next: .*502.*\n.*Run the command again/,
    );
  });

  it('that takes none, the error is the answer', async () => {
    await expect(eraseAt(0)).rejects.toThrow(/^The gateway answered 502: Loki does not answer$/);
  });
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
