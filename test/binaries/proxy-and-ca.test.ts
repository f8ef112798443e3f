/** The real Alertmanager with the variables of its pod: it tells a receiver through the proxy, and trusts the CA of the stack file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type RunningAlertmanager, startAlertmanager, writeAlertmanagerFiles } from '../../programs/alertmanager';
import { BUILD_TIMEOUT, programs, until } from '../../programs/program';
import { configFile, containerOf, secretValues, variant } from '../../programs/rendered-stack';
import { makeCertificate } from '../../programs/tls';

jest.setTimeout(90_000);

const HOST = 'hook.example.com';
const certificate = makeCertificate(HOST);

/** A proxy that leads every request over TLS to one port, and writes down for whom it was. */
async function startConnectProxy(to: number): Promise<{ port: number; asked: string[]; stop: () => void }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createHttpServer();
  server.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '');
    const target = connect(to, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(client);
      client.pipe(target);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

let receiver: Server;
let told: number;
let proxy: Awaited<ReturnType<typeof startConnectProxy>>;
let alertmanager: RunningAlertmanager | undefined;

beforeAll(() => programs('alertmanager'), BUILD_TIMEOUT);
beforeEach(async () => {
  told = 0;
  receiver = createServer({ key: certificate['tls.key'], cert: certificate['tls.crt'] }, (request, response) => {
    told += 1;
    request.resume();
    response.end('ok');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  proxy = await startConnectProxy((receiver.address() as AddressInfo).port);
});
afterEach(async () => {
  await alertmanager?.stop();
  alertmanager = undefined;
  proxy.stop();
  receiver.closeAllConnections();
  receiver.close();
});

/** Raises an alert with the variables of the pod, of which only addresses and folders are changed. */
async function alertWith(without: readonly string[] = []): Promise<RunningAlertmanager> {
  const rendered = variant('test', {
    environment: 'staging',
    network: {
      caBundle: { type: 'certificates', certificates: certificate['ca.crt'] },
      proxy: { https: 'http://proxy.example.com:3128', egress: [{ cidr: '203.0.113.70/32', port: 3128 }] },
    },
    alertmanager: {
      type: 'embedded',
      groupWait: '1s',
      receivers: [
        {
          name: 'hook',
          type: 'webhook',
          auth: { type: 'bearer' },
          egress: [{ cidr: '203.0.113.0/24', port: 443 }],
        },
      ],
    },
  });
  const files = writeAlertmanagerFiles(rendered, {
    ...secretValues(rendered),
    'alertmanager.hook': `https://${HOST}/hook`,
    'alertmanagerCredentials.hook': 'token',
  });
  const cas = join(files.folder, 'trusted-ca');
  mkdirSync(cas);
  writeFileSync(join(cas, 'ca.crt'), configFile(rendered, 'alertmanager-trusted-ca', 'ca.crt'));
  const env = (containerOf(rendered, 'alertmanager').env ?? []).flatMap(({ name, value }) =>
    value === undefined || without.includes(name)
      ? []
      : [
          [
            name,
            value
              .replace('/etc/trusted-ca', cas)
              .replace('http://proxy.example.com:3128', `http://127.0.0.1:${proxy.port}`),
          ] as const,
        ],
  );
  alertmanager = await startAlertmanager(rendered, files, undefined, Object.fromEntries(env));
  await alertmanager.post('/api/v2/alerts', [{ labels: { alertname: 'Test', severity: 'critical' } }]);
  return alertmanager;
}

test('it tells the receiver, through the proxy, whose certificate a CA of the stack file has made', async () => {
  await alertWith();
  await until('a message', () => Promise.resolve(told > 0 ? undefined : 'no message yet'));
  expect(proxy.asked).toContain(`${HOST}:443`);
});

test('without the CA, it refuses the certificate', async () => {
  const running = await alertWith(['SSL_CERT_DIR']);
  await until('a refusal', () =>
    Promise.resolve(/certificate signed by unknown authority/.test(running.program.output()) ? undefined : 'none yet'),
  );
  expect(told).toBe(0);
  expect(proxy.asked).not.toEqual([]);
});
