/**
 * The example backend: a small Express service whose every line is one JSON record, as the log stack likes them.
 * With TRAFFIC_INTERVAL_MS it also calls itself, so that a fresh stack has something to show.
 */
import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type Response } from 'express';

type Level = 'error' | 'warn' | 'info' | 'debug';

function log(level: Level, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, message, service: 'backend', ...fields })}\n`,
  );
}

const requestIdOf = (response: Response): string => String(response.locals['requestId']);

const app = express();

app.use((request: Request, response: Response, next: NextFunction) => {
  const requestId = request.get('x-request-id') ?? randomUUID();
  const started = performance.now();
  response.locals['requestId'] = requestId;
  response.set('x-request-id', requestId);
  response.on('finish', () => {
    const level = response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'warn' : 'info';
    log(level, `${request.method} ${request.path}`, {
      requestId,
      status: response.statusCode,
      duration: Math.round(performance.now() - started),
    });
  });
  next();
});

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

app.get('/guilds/:id', (request, response) => {
  log('info', 'Running query for guild members', {
    requestId: requestIdOf(response),
    userId: `user-${Number(request.params.id) % 20}`,
    action: 'fetch_data',
  });
  response.json({ id: request.params.id, members: 42 });
});

app.get('/slow', (_request, response) => {
  setTimeout(() => {
    log('warn', 'Slow query on guild_members', { requestId: requestIdOf(response), duration: 1200 });
    response.json({ status: 'late' });
  }, 1200);
});

app.get('/fail', () => {
  throw new Error('Database connection failed');
});

// Express tells an error handler by its four parameters.
app.use((error: Error, _request: Request, response: Response, next: NextFunction) => {
  log('error', error.message, { requestId: requestIdOf(response), error: error.message, stack: error.stack });
  if (response.headersSent) next(error);
  else response.status(500).json({ error: 'internal error', requestId: requestIdOf(response) });
});

const port = Number(process.env['PORT'] ?? 3001);
const server = app.listen(port, () => log('info', 'Example backend listens', { port }));
const interval = Number(process.env['TRAFFIC_INTERVAL_MS'] ?? 0);
const paths = ['/guilds/1', '/guilds/2', '/guilds/7', '/missing', '/slow', '/fail'];
let calls = 0;
const traffic =
  interval > 0
    ? setInterval(() => {
        const path = paths[calls % paths.length] ?? '/health';
        calls += 1;
        fetch(`http://localhost:${port}${path}`).catch((error: unknown) =>
          log('warn', 'Own request failed', { error: String(error) }),
        );
      }, interval)
    : undefined;

process.on('SIGTERM', () => {
  clearInterval(traffic);
  log('info', 'Example backend stops');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
