/** The gateway's certificate, as the real nginx shows it. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { type RunningGateway, startGateway } from '../support/gateway';
import { freePorts } from '../support/program';
import { secretValues, variant } from '../support/rendered-stack';
import { send } from '../support/request';
import { makeCertificate } from '../support/tls';

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

  it('shows a renewed one without a restart', async () => {
    const renewed = makeCertificate('gateway.logging.svc');
    for (const [name, text] of Object.entries(renewed)) writeFileSync(join(gateway.folder, 'tls', name), text);
    const { fingerprint256 } = new X509Certificate(renewed['tls.crt']);
    expect(await certificateOf(renewed['ca.crt'])).toBe(fingerprint256);
  });
});
