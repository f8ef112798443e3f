/** Requests that the example makes to itself, so that a fresh stack has something to show of every kind. */

interface Visit {
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Addresses for documentation: nobody's. */
const ADDRESSES = ['203.0.113.7', '198.51.100.23', '192.0.2.41'];

const VISITS: readonly Visit[] = [
  { path: '/guilds/1' },
  { path: '/login', body: { userId: 'user-1', password: 'wrong' } },
  { path: '/login', body: { userId: 'user-1', password: 'example' } },
  { path: '/guilds/2' },
  // Id of the request and of the event at Sentry that the documentation's queries ask for.
  { path: '/fail', headers: { 'x-request-id': 'abc123' } },
  { path: '/profile' },
  { path: '/missing' },
  { path: '/search?name=ann' },
  { path: '/search?name=ann' },
  { path: '/search?name=ann' },
  { path: '/slow' },
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
];

/**
 * Makes one request in each interval.
 *
 * @param origin - of the example, `http://localhost:3001`.
 * @param interval - milliseconds.
 * @param failed - is told of requests without an answer.
 * @returns a function that ends it.
 */
export function startTraffic(origin: string, interval: number, failed: (error: unknown) => void): () => void {
  let calls = 0;
  const timer = setInterval(() => {
    const visit = VISITS[calls % VISITS.length];
    const address = ADDRESSES[Math.floor(calls / VISITS.length) % ADDRESSES.length];
    calls += 1;
    if (visit === undefined || address === undefined) return;
    const { path, body, headers } = visit;
    fetch(`${origin}${path}`, {
      headers: { 'x-forwarded-for': address, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
      // Unread, an answer keeps its connection.
      .then((response) => response.arrayBuffer())
      .catch(failed);
  }, interval);
  return () => clearInterval(timer);
}
