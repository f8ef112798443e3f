/** A server of Azure Blob Storage with TLS on the loopback address, under the name that an account has. It checks signatures. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { removeFolder, startProgram, temporaryFolder, until } from '../../programs/program';
import { makeCertificate } from '../../programs/tls';
import { ensureAzurite } from '../../tools/azurite';

/** Clients know the account by its host name alone, on the port of HTTPS. So the server has an address that no other test uses. */
const ADDRESS = '127.88.0.1';
const HTTPS = 443;

export interface AzureServer {
  /** The key of the account, as a pod is told it, and the CA of the server's certificate. */
  readonly env: Readonly<Record<string, string>>;
  /** A program that runs where the server's name leads to it. */
  readonly beside: (program: string) => string;
  readonly stop: () => Promise<void>;
}

/** Starts it with one account, which has no container yet. @param suffix - of its host name */
export async function startAzure(account: string, suffix: string): Promise<AzureServer> {
  const main = await ensureAzurite();
  const folder = temporaryFolder('azure');
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const host = `${account}.${suffix}`;
  const certificate = makeCertificate(host);
  const key = createHash('sha512').update('a key that only this test knows').digest('base64');
  mkdirSync(join(folder, 'data'));
  const program = startProgram(
    [
      ...[
        process.execPath,
        main,
        '--blobHost',
        ADDRESS,
        '--blobPort',
        String(HTTPS),
        '--location',
        join(folder, 'data'),
      ],
      ...['--cert', file('tls.crt', certificate['tls.crt']), '--key', file('tls.key', certificate['tls.key'])],
      ...['--skipApiVersionCheck', '--disableTelemetry'],
    ],
    join(folder, 'log'),
    { env: { AZURITE_ACCOUNTS: `${account}:${key}` } },
  );
  await until('the server of blobs', () => isListening().then((yes) => (yes ? undefined : 'no answer')), {
    program,
    seconds: 300,
  });
  const hosts = file('hosts', `127.0.0.1 localhost\n${ADDRESS} ${host}\n`);
  return {
    env: { AZURE_STORAGE_KEY: key, SSL_CERT_FILE: file('ca.crt', certificate['ca.crt']) },
    beside: (path) => {
      const script = `mount --bind ${hosts} /etc/hosts && exec ${path} "$@"`;
      const wrapper = file('beside', `#!/bin/sh\nexec unshare --mount sh -c '${script}' sh "$@"\n`);
      chmodSync(wrapper, 0o755);
      return wrapper;
    },
    stop: async () => {
      await program.stop();
      removeFolder(folder);
    },
  };
}

function isListening(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(HTTPS, ADDRESS);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
