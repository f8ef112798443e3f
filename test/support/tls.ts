/** A CA with one server certificate, and a plain port in front of a server that speaks TLS. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { removeFolder, temporaryFolder } from './program';

/** Keys of a Secret as cert-manager writes them. */
export type CertificateFiles = Readonly<Record<'tls.crt' | 'tls.key' | 'ca.crt', string>>;

/** A certificate for these host names, from a CA that exists for nothing else. */
export function makeCertificate(...hosts: readonly string[]): CertificateFiles {
  const folder = temporaryFolder('certificate');
  const file = (name: string): string => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90'];
  const request = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', ['req', '-x509', ...key, ...args], { stdio: 'pipe' });
  try {
    request('-subj', '/CN=test CA', '-keyout', file('ca.key'), '-out', file('ca.crt'));
    request(
      ...[
        '-subj',
        `/CN=${hosts[0] ?? ''}`,
        '-addext',
        `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`,
      ],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', file('ca.crt'), '-CAkey', file('ca.key')],
      ...['-keyout', file('tls.key'), '-out', file('tls.crt')],
    );
    const text = (name: string): string => readFileSync(file(name), 'utf8');
    return { 'tls.crt': text('tls.crt'), 'tls.key': text('tls.key'), 'ca.crt': text('ca.crt') };
  } finally {
    removeFolder(folder);
  }
}

/** A plain port that leads to a TLS port. */
export interface Bridge {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Where a bridge leads, and whom it expects there. */
export interface BridgeProps {
  readonly port: number;
  /** Name that the certificate must have. */
  readonly host: string;
  readonly ca: string;
}

/** Clients that know no TLS talk to this; the certificate is checked for them. */
export async function startTlsBridge({ port, host, ca }: BridgeProps): Promise<Bridge> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (plain) => {
    const secure = connect({ host: '127.0.0.1', port, servername: host, ca });
    for (const [from, to] of [
      [plain, secure],
      [secure, plain],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.once('close', () => {
        sockets.delete(from);
        to.destroySoon();
      });
      from.once('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test run that has forgotten it ends all the same.
  server.unref();
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the bridge has no port');
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}
