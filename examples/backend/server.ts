/**
 * The example backend: a small Express service that uses the logger as any other would.
 * With TRAFFIC_INTERVAL_MS it also calls itself, so that a fresh stack has something to show.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type NextFunction, type Request, type Response } from 'express';
import logger, {
  browserLogs,
  flush,
  logSecurityEvent,
  logWithRequestId,
  requestLogger,
  SecurityActions,
  setContext,
} from 'spywatcher-logs/logger';
import { startTraffic } from './traffic';

const app = express();
// Behind a proxy on the same machine, the client's address is in X-Forwarded-For.
app.set('trust proxy', 'loopback');

app.use(requestLogger());

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

/** A page whose console errors come back to `/logs`. */
app.get('/', (_request, response) => {
  response.type('html').send(`<!doctype html>
<title>Example backend</title>
<p>This page writes an error and a warning to its console. They are in Grafana as <code>{job="frontend"}</code>.</p>
<script type="module">
  import { captureBrowserLogs } from '/browser.mjs';
  captureBrowserLogs({ url: '/logs', release: '1.4.0' });
  console.warn('The example page has a warning');
  setTimeout(() => { throw new Error('The example page has an error'); });
</script>
`);
});

/** A frontend bundles it; this page has no bundler, and loads the package's own file. */
app.get('/browser.mjs', (_request, response, next) => {
  createReadStream(join(__dirname, 'browser.mjs')).on('error', next).pipe(response.type('js'));
});

app.post('/logs', express.json({ limit: '64kb', type: ['application/json', 'text/plain'] }), browserLogs());

app.post('/login', express.json(), async (request: Request<unknown, unknown, Login>, response) => {
  const { userId = '', password } = request.body;
  const event = {
    userId,
    ipAddress: request.ip ?? '',
    userAgent: request.get('user-agent') ?? '',
    requestId: request.id,
  };
  if (password !== 'example') {
    await logSecurityEvent({ ...event, action: SecurityActions.LOGIN_ATTEMPT, result: 'FAILURE' });
    response.status(401).json({ error: 'wrong user or password' });
    return;
  }
  await logSecurityEvent({ ...event, action: SecurityActions.LOGIN_SUCCESS, result: 'SUCCESS' });
  response.json({ userId });
});

interface Login {
  readonly userId?: string;
  readonly password?: string;
}

app.get('/guilds/:id', (request, response) => {
  // Every later line of this request has it as well.
  setContext({ userId: `user-${Number(request.params.id) % 20}` });
  logger.debug('Guild is not in the cache', { guildId: request.params.id });
  logWithRequestId('info', 'Processing request', request.id, { action: 'fetch_data' });
  logger.info('Running query for guild members', { duration: 12 });
  response.json({ id: request.params.id, members: 42 });
});

app.get('/slow', async (_request, response) => {
  const started = performance.now();
  await sleep(1200);
  logger.warn('Slow query on guild_members', { duration: Math.round(performance.now() - started) });
  response.json({ status: 'late' });
});

/** What a careless line would tell: the logger takes it out. */
app.get('/profile', (_request, response) => {
  logger.info('Profile changed by ann@example.com', {
    user: { name: 'Ann', email: 'ann@example.com', password: 'not-a-real-password' },
    headers: { authorization: 'Bearer not-a-real-token-0123456789' },
    callback: 'https://spywatcher.example/callback?page=1&access_token=not-a-real-token-0123456789',
  });
  response.json({ name: 'Ann' });
});

const SEARCHES = { most: 2, seconds: 5 };
let searches: { readonly since: number; count: number } = { since: 0, count: 0 };

app.get('/search', async (request, response) => {
  if (Date.now() - searches.since > SEARCHES.seconds * 1000) searches = { since: Date.now(), count: 0 };
  searches.count += 1;
  if (searches.count > SEARCHES.most) {
    await logSecurityEvent({
      userId: 'anonymous',
      action: SecurityActions.RATE_LIMIT_VIOLATION,
      result: 'FAILURE',
      ipAddress: request.ip ?? '',
      userAgent: request.get('user-agent') ?? '',
      requestId: request.id,
    });
    response.status(429).json({ error: 'too many searches' });
    return;
  }
  response.json({ guilds: [] });
});

app.get('/error', () => {
  throw new Error('Members of guild 99 cannot be loaded', { cause: new Error('Discord answered 503') });
});

/** As if there were no database. */
app.get('/fail', () => {
  throw new Error('Database connection failed', { cause: new Error('connect ECONNREFUSED 192.0.2.1:5432') });
});

// Express tells an error handler by its four parameters.
app.use((error: Error, request: Request, response: Response, next: NextFunction) => {
  // Stands for what Sentry.captureException returns.
  const sentryEventId = request.id === 'abc123' ? request.id : randomBytes(16).toString('hex');
  logger.error('Unhandled exception', { error, sentryEventId });
  if (response.headersSent) next(error);
  else response.status(500).json({ error: 'internal error', requestId: request.id });
});

const port = Number(process.env['PORT'] ?? 3001);
const interval = Number(process.env['TRAFFIC_INTERVAL_MS'] ?? 0);
let stopTraffic = (): void => undefined;
const server = app.listen(port, () => {
  // A mark in the dashboard: this version runs from now on.
  logger.info('Example backend listens', { port, action: 'DEPLOYMENT' });
  if (interval > 0)
    stopTraffic = startTraffic(`http://localhost:${port}`, interval, (error) =>
      logger.warn('Own request failed', { error }),
    );
});

process.once('SIGTERM', () => {
  stopTraffic();
  // Requests under way are answered, and logged, first.
  server.close(() => {
    logger.info('Example backend stops');
    void flush().finally(() => process.exit());
  });
});
