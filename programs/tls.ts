/** A CA with one server certificate, and a plain port in front of a server that speaks TLS. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { removeFolder, temporaryFolder } from './program';

/** Keys of a Secret as cert-manager writes them. */
export type CertificateFiles = Readonly<Record<'tls.crt' | 'tls.key' | 'ca.crt', string>>;

/** A certificate for these host names, from a CA that exists for nothing else. */
export function makeCertificate(...hosts: readonly string[]): CertificateFiles {
  return makeCertificateFor(90, ...hosts);
}

/** The same, good for so many days; one of no days has ended. */
export function makeCertificateFor(days: number, ...hosts: readonly string[]): CertificateFiles {
  const folder = temporaryFolder('certificate');
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly (string | readonly string[])[]): Buffer =>
    execFileSync('openssl', args.flat(), { stdio: 'pipe' });
  const newKey = (name: string): readonly string[] => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file(name)],
  ];
  const extensions = [
    `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`,
    'basicConstraints=critical,CA:FALSE',
    'extendedKeyUsage=serverAuth',
  ];
  try {
    openssl('req', '-x509', newKey('ca.key'), '-days', '90', '-subj', '/CN=test CA', '-out', file('ca.crt'));
    openssl('req', newKey('tls.key'), '-subj', `/CN=${hosts[0]?.slice(0, 64) ?? ''}`, '-out', file('tls.csr'));
    writeFileSync(file('extensions'), extensions.join('\n'));
    const signed = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('extensions')];
    openssl('x509', '-req', '-in', file('tls.csr'), '-days', String(days), signed, '-out', file('tls.crt'));
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
