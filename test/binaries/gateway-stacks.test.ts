/** The gateway's rendered config of each stack is run by the real nginx, in front of the real Loki. */
import { testGatewayConfig } from '../../programs/gateway';
import { PUSH, READS, REFUSED, RULES } from '../support/gateway-paths';
import {
  credential,
  expectClosed,
  expectMetricsOnly,
  expectOrderlyLog,
  lokiOfTests,
  named,
  newLine,
  ofLine,
  push,
  type Running,
  severalTenants,
  tail,
} from '../support/gateway-suite';
import { entriesOf, pushBody, queryRequest } from '../../programs/loki';
import { until } from '../../programs/program';
import { secretValues, stack, STACKS } from '../../programs/rendered-stack';
import { basicAuth, send, sendRaw } from '../../programs/request';

const { beforeLoki, start, heldBy } = lokiOfTests();
const stacks = STACKS.map(stack);

describe('nginx -t', () => {
  it.each(named([...stacks, severalTenants]))('accepts the config of %s', async (_name, rendered) => {
    const { code, output } = await testGatewayConfig(rendered, secretValues(rendered));
    expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining('[warn]') as string });
  });

  it('refuses a directive that nginx does not know, so that the tests above can fail', async () => {
    const rendered = stack('dev');
    const objects = rendered.objects.map((object) =>
      object.kind === 'ConfigMap' && object.metadata.name === 'gateway-config'
        ? { ...object, data: { 'nginx.conf': 'events {}\nhttp { no_such_directive on; }\n' } }
        : object,
    );
    const { code, output } = await testGatewayConfig({ ...rendered, objects }, secretValues(rendered));
    expect(code).not.toBe(0);
    expect(output).toContain('unknown directive "no_such_directive"');
  });
});

describe.each(named(stacks.filter(({ config }) => config.auth.loki.enabled)))(
  'the gateway of %s, which asks for a credential',
  (_name, rendered) => {
    let running: Running;
    let write: string;
    let read: string;
    beforeAll(async () => {
      running = await start(rendered);
      write = credential(running, 'promtail');
      read = credential(running, 'grafana');
    });
    afterAll(() => running.gateway.stop());

    it('lets the write credential push, and the read credential query what was pushed', async () => {
      const line = newLine();
      expect((await push(running, line, { credential: write })).status).toBe(204);
      const answer = await send({ port: running.gateway.port, credential: read, ...queryRequest(ofLine(line)) });
      expect(entriesOf(answer).map((entry) => entry.line)).toEqual([line]);
    });

    it('does not let the write credential query', async () => {
      for (const path of [...READS, ...RULES]) {
        const { status } = await send({ port: running.gateway.port, path, credential: write });
        expect({ path, status }).toEqual({ path, status: 403 });
      }
      expect(beforeLoki.requests).toEqual([]);
    });

    it('does not let the read credential push', async () => {
      for (const path of [PUSH, '/otlp/v1/logs'])
        expect((await push(running, newLine(), { path, credential: read })).status).toBe(403);
      expect(beforeLoki.requests).toEqual([]);
    });

    it('opens every path that a reader needs', async () => {
      for (const path of READS) {
        const { status } = await send({ port: running.gateway.port, path, credential: read });
        expect({ path, status }).toEqual({ path, status: 200 });
      }
      expect(beforeLoki.requests).toHaveLength(READS.length);
    });

    it.each<[string, () => string | undefined]>([
      ['no credential', () => undefined],
      ['a wrong password', () => 'promtail:wrong-wrong-wrong-wrong-w'],
      ['an empty password', () => 'promtail:'],
      ['the password of another', () => `promtail:${running.values['gateway.grafana'] ?? ''}`],
      ['a name in another case', () => write.replace('promtail', 'Promtail')],
      ['a name alone', () => 'promtail'],
      ['an unknown name', () => write.replace('promtail', 'somebody')],
    ])('refuses %s', async (_what, credentialOf) => {
      const who = credentialOf();
      const options = who === undefined ? {} : { credential: who };
      expect(REFUSED).toContain((await push(running, newLine(), options)).status);
      for (const path of READS) {
        const { status } = await send({ port: running.gateway.port, path, ...options });
        expect({ path, refused: REFUSED.includes(status) }).toEqual({ path, refused: true });
      }
      expect(beforeLoki.requests).toEqual([]);
    });

    it('tells Loki the tenant, and nothing of the credential', async () => {
      await push(running, newLine(), { credential: write });
      await send({ port: running.gateway.port, path: READS[0] ?? '', credential: read });
      expect(beforeLoki.requests).toHaveLength(2);
      for (const request of beforeLoki.requests) {
        expect(request).toMatch(/^X-Scope-OrgID: spywatcher\r$/m);
        expect(request).not.toMatch(/^Authorization:/im);
      }
    });

    it('passes a path on as it is in the config, however the client spelled it', async () => {
      await send({ port: running.gateway.port, path: `/${READS[0] ?? ''}`, credential: read });
      await push(running, newLine(), { credential: write, path: '/loki/./api/../api/v1//%70ush' });
      expect(beforeLoki.requests.map((request) => request.split(' HTTP')[0])).toEqual([
        `GET ${READS[0] ?? ''}`,
        `POST ${PUSH}`,
      ]);
    });

    it('never lets anyone reach what else Loki serves', async () => {
      await expectClosed(running, [write, read, undefined, write]);
    });

    it('answers its own health without asking Loki', async () => {
      expect((await send({ port: running.gateway.port, path: '/health' })).status).toBe(200);
      expect(beforeLoki.requests).toEqual([]);
    });

    it('serves Loki’s metrics and nothing else on the metrics port', () => expectMetricsOnly(running));

    it('lets the read credential tail over a websocket', async () => {
      const line = newLine();
      // Loki looks for new lines once a second from the moment the tail is open.
      const message = await tail(running, ofLine(line), read, () => push(running, line, { credential: write }));
      expect(message).toContain(line);
    });

    it.each<[string, () => string | undefined]>([
      ['the write credential', () => write],
      ['nobody', () => undefined],
    ])('does not let %s tail', async (_who, credentialOf) => {
      expect(await tail(running, '{job=~".+"}', credentialOf(), () => Promise.resolve())).toBe('refused');
      expect(beforeLoki.requests).toEqual([]);
    });

    it('takes a push of almost a whole burst, and answers 413 to more', async () => {
      const lines = Array.from({ length: 95 }, (_, index) => ({
        labels: { job: 'burst', part: String(index % 4) },
        line: 'x'.repeat(200 * 1024),
      }));
      expect((await push(running, '', { body: pushBody(...lines), credential: write })).status).toBe(204);
      beforeLoki.clear();
      const answer = await sendRaw(
        running.gateway.port,
        [
          `POST ${PUSH} HTTP/1.1`,
          'Host: gateway',
          'Connection: close',
          `Authorization: ${basicAuth(write)}`,
          `Content-Length: ${2 * rendered.config.limits.ingestionBurst.bytes + 1}`,
          '\r\n',
        ].join('\r\n'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(beforeLoki.requests).toEqual([]);
    });

    it('logs queries and refusals as JSON, no push, and no credential', () => expectOrderlyLog(running));

    it('ends by the command that the kubelet runs first', async () => {
      expect(await running.gateway.preStop()).toMatchObject({ code: 0 });
      await until('nginx to end', () => (running.gateway.program.exitCode() === 0 ? undefined : 'it runs'));
    });
  },
);

describe.each(named(stacks.filter(({ config }) => !config.auth.loki.enabled)))(
  'the gateway of %s, which asks for no credential',
  (_name, rendered) => {
    let running: Running;
    beforeAll(async () => (running = await start(rendered)));
    afterAll(() => running.gateway.stop());

    it('takes a push from anyone into the first tenant, and shows it to anyone', async () => {
      const line = newLine();
      expect((await push(running, line)).status).toBe(204);
      expect(await heldBy('spywatcher', line)).toBe(1);
      const answer = await send({ port: running.gateway.port, ...queryRequest(ofLine(line)) });
      expect(entriesOf(answer)).toHaveLength(1);
    });

    it('does not let a client choose another tenant', async () => {
      const line = newLine();
      expect((await push(running, line, { headers: { 'X-Scope-OrgID': 'audit' } })).status).toBe(204);
      expect([await heldBy('spywatcher', line), await heldBy('audit', line)]).toEqual([1, 0]);
    });

    it('never lets anyone reach what else Loki serves', () => expectClosed(running, [undefined, undefined]));

    it('serves Loki’s metrics and nothing else on the metrics port', () => expectMetricsOnly(running));

    it('lets anyone tail over a websocket', async () => {
      const line = newLine();
      expect(await tail(running, ofLine(line), undefined, () => push(running, line))).toContain(line);
    });

    it('logs queries and refusals as JSON, and no push', () => expectOrderlyLog(running));
  },
);
