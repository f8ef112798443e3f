/** The gateway's certificate, as the real nginx shows it. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { GATEWAY_CERTIFICATE_DAYS } from '../../src/log-model/gateway-counters';
import { parseMetrics } from '../../src/operations/observe/metrics';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { freePorts } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { type CertificateFiles, makeCertificate, makeCertificateFor } from '../../programs/tls';

describe('a gateway with a certificate', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    const rendered = variant('certificate', { environment: 'staging', gateway: { tls: {} } });
    const [noLoki = 0] = await freePorts(1);
    gateway = await startGateway(rendered, secretValues(rendered), noLoki);
  });
  afterAll(() => gateway.stop());

  const certificateOf = (ca: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(
        { host: '127.0.0.1', port: gateway.ownPort, servername: 'gateway.logging.svc', ca },
        () => {
          resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
          socket.end();
        },
      ).once('error', reject);
    });

  it('shows it to whoever knows its CA, and speaks no plain HTTP', async () => {
    expect(await certificateOf(gateway.certificate?.['ca.crt'] ?? '')).toMatch(/^[0-9A-F:]{95}$/);
    expect((await send({ port: gateway.ownPort, path: '/health' })).status).toBe(400);
  });

  const renew = (renewed: CertificateFiles): void => {
    for (const [name, text] of Object.entries(renewed)) writeFileSync(join(gateway.folder, 'tls', name), text);
  };

  it('shows a renewed one without a restart', async () => {
    const renewed = makeCertificate('gateway.logging.svc');
    renew(renewed);
    const { fingerprint256 } = new X509Certificate(renewed['tls.crt']);
    expect(await certificateOf(renewed['ca.crt'])).toBe(fingerprint256);
  });

  it.each([
    ['30 days', 30],
    ['one day', 1],
    ['no time: it has ended', 0],
    ['a year, once it is renewed', 365],
  ])('says as a metric for how many days it is good: %s', async (_, days) => {
    renew(makeCertificateFor(days, 'gateway.logging.svc'));
    const { status, headers, text } = await send({ port: gateway.metricsPort, path: '/metrics' });
    expect([status, headers['content-type']]).toEqual([200, 'text/plain']);
    const [found, ...others] = parseMetrics(text);
    expect(others).toEqual([]);
    expect(found?.name).toBe(GATEWAY_CERTIFICATE_DAYS);
    // Of a day that has begun nginx says nothing.
    expect([days - 1, days]).toContain(found?.value);
  });

  it('has no such path where clients come', async () => {
    const socket = connect({ host: '127.0.0.1', port: gateway.ownPort, rejectUnauthorized: false });
    socket.end('GET /metrics HTTP/1.0\r\n\r\n');
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });
});
