import { once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { currentContext, runWithContext, setContext } from '../../../src/logger/context';
import { requestLoggerFor, type RequestLoggerOptions } from '../../../src/logger/request-logger';
import { capture } from './capture';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An application with the middleware, for as long as a test asks it. */
async function withApplication(
  options: RequestLoggerOptions,
  test: (
    ask: (path: string, init?: RequestInit) => Promise<Response>,
    app: ReturnType<typeof capture>,
    port: number,
  ) => Promise<void>,
): Promise<void> {
  const captured = capture({ level: 'debug' });
  const app = express();
  app.use(requestLoggerFor(() => captured.logger, options));
  app.get('/guilds/:id', async (request, response) => {
    captured.logger.info('before');
    await sleep(1);
    setContext({ userId: 'user-7' });
    await new Promise((resolve) => setTimeout(resolve, 1));
    captured.logger.info('after', { id: request.id });
    response.json({});
  });
  app.post('/echo', express.json(), (request, response) => {
    captured.logger.info('parsed', { body: request.body as unknown });
    response.json(request.body);
  });
  app.get(['/health', '/health/failing'], (request, response) => {
    response.status(request.path.endsWith('failing') ? 503 : 200).end();
  });
  app.get('/fails', () => {
    throw new Error('broken');
  });
  app.get('/waits', () => {
    setContext({ userId: 'user-8' });
  });
  app.use((_error: unknown, _request: express.Request, response: express.Response, next: express.NextFunction) => {
    if (response.headersSent) next();
    else response.status(500).end();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await test((path, init) => fetch(`http://127.0.0.1:${port}${path}`, init), captured, port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The server logs after the client has its answer. */
async function linesOf({ stdout }: ReturnType<typeof capture>, count: number) {
  while (stdout.lines.length < count) await sleep(1);
  return stdout.records;
}

describe('a request', () => {
  it('is logged with what was asked, how it ended and how long it took, without its query', async () => {
    await withApplication({}, async (ask, app) => {
      await ask('/nowhere?access_token=abc', { headers: { 'user-agent': 'test', 'x-request-id': 'abc123' } });
      const [record] = await linesOf(app, 1);
      expect(record).toEqual({
        timestamp: '2026-01-02T03:04:05.006Z',
        level: 'warn',
        service: 'backend',
        message: 'GET /nowhere 404',
        method: 'GET',
        path: '/nowhere',
        status: 404,
        duration: expect.any(Number) as number,
        ipAddress: '127.0.0.1',
        userAgent: 'test',
        requestId: 'abc123',
      });
    });
  });

  it.each([
    ['/guilds/1', 'info'],
    ['/nowhere', 'warn'],
    ['/fails', 'error'],
    ['/health', 'debug'],
    ['/health/failing', 'error'],
  ])('to %s is logged as %s', async (path, level) => {
    await withApplication({}, async (ask, app) => {
      await ask(path);
      const records = await linesOf(app, path.startsWith('/guilds') ? 3 : 1);
      expect(records.at(-1)).toMatchObject({ path, level });
    });
  });

  it('gives its id, and its user as soon as that is known, to every line, also after awaits and timers', async () => {
    await withApplication({}, async (ask, app) => {
      await ask('/guilds/1', { headers: { 'x-request-id': 'abc123' } });
      expect(await linesOf(app, 3)).toMatchObject([
        { message: 'before', requestId: 'abc123' },
        { message: 'after', requestId: 'abc123', userId: 'user-7', id: 'abc123' },
        { message: 'GET /guilds/1 200', requestId: 'abc123', userId: 'user-7' },
      ]);
    });
  });

  it('gives its id to lines after its body was parsed', async () => {
    await withApplication({}, async (ask, app) => {
      const headers = { 'content-type': 'application/json', 'x-request-id': 'abc123' };
      await ask('/echo', { method: 'POST', headers, body: '{"n":1}' });
      expect((await linesOf(app, 2))[0]).toMatchObject({ message: 'parsed', requestId: 'abc123' });
    });
  });

  it('does not give its id to another one', async () => {
    await withApplication({}, async (ask, app) => {
      await Promise.all(['one', 'two'].map((id) => ask('/guilds/1', { headers: { 'x-request-id': id } })));
      const records = await linesOf(app, 6);
      for (const id of ['one', 'two']) expect(records.filter(({ requestId }) => requestId === id)).toHaveLength(3);
    });
  });

  it('has its id in the answer’s header', async () => {
    await withApplication({}, async (ask) => {
      const given = await ask('/health', { headers: { 'x-request-id': 'abc123' } });
      expect(given.headers.get('x-request-id')).toBe('abc123');
      expect((await ask('/health')).headers.get('x-request-id')).toMatch(UUID);
    });
  });

  it.each(['a b', 'x'.repeat(129), '<script>', '"', 'ann@example.org', ''])(
    'does not take over the id %j',
    async (id) => {
      await withApplication({}, async (ask) => {
        const { headers } = await ask('/health', { headers: { 'x-request-id': id } });
        expect(headers.get('x-request-id')).toMatch(UUID);
      });
    },
  );

  it('that its client gives up is logged as such', async () => {
    await withApplication({}, async (_ask, app, port) => {
      const headers = { 'x-request-id': 'abc123' };
      const request = http.get({ port, host: '127.0.0.1', path: '/waits', headers });
      request.on('error', () => undefined);
      await once(request, 'finish');
      await sleep(20);
      request.destroy();
      expect(await linesOf(app, 1)).toMatchObject([
        { level: 'warn', path: '/waits', status: 499, aborted: true, requestId: 'abc123', userId: 'user-8' },
      ]);
    });
  });

  it('may be skipped', async () => {
    await withApplication({ skip: ({ url }) => url === '/health' }, async (ask, app) => {
      await ask('/health');
      await ask('/nowhere');
      expect(await linesOf(app, 1)).toMatchObject([{ path: '/nowhere' }]);
    });
  });

  it('is logged although skip throws', async () => {
    const skip = () => {
      throw new Error('broken');
    };
    await withApplication({ skip }, async (ask, app) => {
      await ask('/nowhere');
      expect(await linesOf(app, 1)).toMatchObject([{ path: '/nowhere' }]);
    });
  });
});

describe('a context', () => {
  it('gives its fields to each line in it; what is logged has the last word', () => {
    const { logger, stdout } = capture();
    runWithContext({ requestId: 'abc', traceId: 't' }, () => {
      logger.info('in', { traceId: 'mine' });
      logger.logWithRequestId('info', 'other', 'def');
      logger.info('undefined', { requestId: undefined });
    });
    logger.info('out');
    expect(stdout.records).toMatchObject([
      { requestId: 'abc', traceId: 'mine' },
      { requestId: 'def', traceId: 't' },
      { requestId: 'abc', traceId: 't' },
      {},
    ]);
    expect(stdout.last).not.toHaveProperty('requestId');
  });

  it('inherits, and does not change the one around it', () => {
    runWithContext({ requestId: 'abc' }, () => {
      runWithContext({ userId: '1' }, () => {
        setContext({ traceId: 't' });
        expect(currentContext()).toEqual({ requestId: 'abc', userId: '1', traceId: 't' });
      });
      expect(currentContext()).toEqual({ requestId: 'abc' });
    });
    expect(currentContext()).toBeUndefined();
  });

  it('is sanitised', () => {
    const { logger, stdout } = capture();
    runWithContext({ userId: 'ann@example.org' }, () => logger.info('message'));
    expect(stdout.last['userId']).toBe('[REDACTED]');
  });

  it('setContext() outside of one does nothing', () => {
    setContext({ userId: '1' });
    expect(currentContext()).toBeUndefined();
  });
});
