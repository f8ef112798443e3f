/** Requests that the example makes to itself: mostly such as nobody is told of, and now and then one of each other kind. */

/** A request. */
export interface Visit {
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Addresses for documentation: nobody's. */
const ADDRESSES = ['203.0.113.7', '198.51.100.23', '192.0.2.41'];

/** What most of the traffic is. */
export const USUAL: readonly Visit[] = [
  { path: '/guilds/1' },
  { path: '/guilds/2' },
  { path: '/login', body: { userId: 'user-1', password: 'example' } },
  { path: '/guilds/3' },
  { path: '/search?name=ann' },
  { path: '/guilds/4' },
];

const SEARCH: Visit = { path: '/search?name=ann' };

/** What a good day has as well, each entry at once: all of it when the example has started, then one now and then. */
export const RARE: readonly (readonly Visit[])[] = [
  [{ path: '/login', body: { userId: 'user-1', password: 'wrong' } }],
  // Id of the request and of the event at Sentry that the documentation's queries ask for.
  [{ path: '/error', headers: { 'x-request-id': 'abc123' } }],
  [{ path: '/profile' }],
  [{ path: '/missing' }],
  [SEARCH, SEARCH, SEARCH],
  [{ path: '/slow' }],
  [
    {
      path: '/logs',
      body: {
        release: '1.4.0',
        entries: [
          {
            level: 'error',
            message: "TypeError: Cannot read properties of undefined (reading 'members')",
            errorName: 'TypeError',
            stack:
              "TypeError: Cannot read properties of undefined (reading 'members')\n    at GuildList (https://spywatcher.example/app.js:12:34)",
            url: 'https://spywatcher.example/guilds/7',
          },
          { level: 'warn', message: 'Image of guild 7 took 4 s', url: 'https://spywatcher.example/guilds/7' },
        ],
      },
    },
  ],
];

/** Every so many calls one is rare: at two calls a second each kind comes once a minute. */
export const RARE_EVERY = 18;

/** What call number `call` asks for, from 0. */
export function visitsOf(call: number): readonly Visit[] {
  const atStart = RARE[call];
  if (atStart !== undefined) return atStart;
  const since = call - RARE.length + 1;
  return (
    (since % RARE_EVERY === 0 ? RARE[(since / RARE_EVERY) % RARE.length] : undefined) ??
    USUAL.slice(since % USUAL.length).slice(0, 1)
  );
}

/** Makes a request, as from an address, and reads its answer: unread, it would keep its connection. */
export async function visit(origin: string, { path, body, headers }: Visit, address: string): Promise<void> {
  const response = await fetch(`${origin}${path}`, {
    headers: { 'x-forwarded-for': address, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
}

/**
 * Makes one call in each interval.
 *
 * @param origin - of the example, `http://localhost:3001`.
 * @param interval - milliseconds.
 * @param failed - is told of requests without an answer.
 * @returns a function that ends it.
 */
export function startTraffic(origin: string, interval: number, failed: (error: unknown) => void): () => void {
  let calls = 0;
  const timer = setInterval(() => {
    const address = ADDRESSES[calls % ADDRESSES.length] ?? '';
    for (const each of visitsOf(calls)) visit(origin, each, address).catch(failed);
    calls += 1;
  }, interval);
  return () => clearInterval(timer);
}
