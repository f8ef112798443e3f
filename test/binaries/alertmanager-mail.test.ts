/** The real Alertmanager and a mail server: alerts arrive as mail, over TLS and with the password of the file, or not at all. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningAlertmanager, startAlertmanager, writeAlertmanagerFiles } from '../../programs/alertmanager';
import { type MailServer, type MailServerProps, startMailServer } from '../support/mail-server';
import { BUILD_TIMEOUT, give, programs, until } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { makeCertificate } from '../../programs/tls';

jest.setTimeout(60_000);

beforeAll(() => programs('alertmanager'), BUILD_TIMEOUT);

const HOST = 'localhost';
const PASSWORD = 'password-of-the-mailbox';
const certificate = makeCertificate(HOST);

const rendered = variant('mail', {
  environment: 'staging',
  alertmanager: {
    type: 'embedded',
    groupWait: '1s',
    groupInterval: '2s',
    receivers: [
      {
        name: 'mail',
        type: 'email',
        to: ['team@spywatcher.example', 'boss@spywatcher.example'],
        from: 'alerts@spywatcher.example',
        host: 'mail.example.com',
        user: 'alerts',
        egress: [{ cidr: '203.0.113.0/24', port: 587 }],
      },
    ],
  },
});

const alert = (endsInSeconds: number): object => ({
  labels: { alertname: 'HighErrorRate', severity: 'critical', tenant: 'spywatcher', job: 'backend' },
  annotations: {
    summary: 'High error rate <b>detected</b> – „früh“',
    description: 'Error rate is 12 errors/sec',
    runbook_url: 'https://docs.example.com/runbooks#higherrorrate',
    explore_url: 'https://logs.example.com/explore?left=sum(rate(x))',
  },
  startsAt: new Date(Date.now() - 10_000).toISOString(),
  endsAt: new Date(Date.now() + endsInSeconds * 1000).toISOString(),
});

interface Running {
  readonly server: MailServer;
  readonly alertmanager: RunningAlertmanager;
}

let started: Running | undefined;
afterEach(async () => {
  await started?.alertmanager.stop();
  await started?.server.stop();
  started = undefined;
});

/** Both, where Alertmanager knows the server's CA as it knows that of a public one. */
async function start(differences: Partial<MailServerProps> & { readonly ca?: string } = {}): Promise<Running> {
  const { ca = certificate['ca.crt'], ...props } = differences;
  const server = await startMailServer({ user: 'alerts', password: PASSWORD, certificate, ...props });
  const values = { ...secretValues(rendered), 'alertmanagerCredentials.mail': PASSWORD };
  const files = writeAlertmanagerFiles(rendered, values, (text) =>
    text.replace('smarthost: mail.example.com:587', `smarthost: ${HOST}:${server.port}`),
  );
  const caFile = join(files.folder, 'ca.crt');
  writeFileSync(caFile, ca);
  give(caFile);
  const alertmanager = await startAlertmanager(rendered, files, undefined, { SSL_CERT_FILE: caFile });
  started = { server, alertmanager };
  return started;
}

const arrive = ({ server, alertmanager }: Running, count: number) =>
  until(`${count} mails`, () => (server.mails.length >= count ? undefined : `${server.mails.length} have come`), {
    program: alertmanager.program,
  });

test('an alert arrives as a mail to all, from the sender, over TLS and with the password, and so does its end', async () => {
  const running = await start();
  await running.alertmanager.post('/api/v2/alerts', [alert(600)]);
  await arrive(running, 1);
  const { mails } = running.server;
  const sent = mails[0];
  if (sent === undefined) throw new Error('no mail');
  const { mail, ...envelope } = sent;
  expect(envelope).toEqual({
    from: 'alerts@spywatcher.example',
    to: ['team@spywatcher.example', 'boss@spywatcher.example'],
    user: 'alerts',
    isSecure: true,
  });
  expect(mail.from?.text).toBe('alerts@spywatcher.example');
  expect(mail.headers.get('to')).toMatchObject({ text: 'team@spywatcher.example, boss@spywatcher.example' });
  expect(mail.subject).toBe('[1 firing] critical HighErrorRate, tenant spywatcher');
  expect(mail.html).toBe(false);
  expect(mail.text).toContain('High error rate <b>detected</b> – „früh“\nError rate is 12 errors/sec\nfiring since 20');
  expect(mail.text).toContain('Runbook: https://docs.example.com/runbooks#higherrorrate\n');
  expect(mail.text).toContain('Explore: https://logs.example.com/explore?left=sum(rate(x))\n');

  await running.alertmanager.post('/api/v2/alerts', [alert(-1)]);
  await arrive(running, 2);
  const over = mails.at(-1)?.mail;
  expect(over?.subject).toBe('[1 resolved] critical HighErrorRate, tenant spywatcher');
  expect(over?.text).toContain('resolved at 20');
});

test.each([
  ['a server that offers no TLS', { offersTls: false }, 'STARTTLS'],
  [
    'a server whose CA is unknown',
    { ca: makeCertificate('other')['ca.crt'] },
    'certificate signed by unknown authority',
  ],
  ['a server that refuses the password', { password: 'another one' }, 'wrong password'],
])('given %s, nothing is sent, and Alertmanager says why', async (_, differences, why) => {
  const running = await start(differences);
  await running.alertmanager.post('/api/v2/alerts', [alert(600)]);
  await until('the reason', () => (running.alertmanager.program.output().includes(why) ? undefined : 'not said'), {
    program: running.alertmanager.program,
  });
  await sleep(500);
  expect(running.server.mails).toEqual([]);
  expect(running.alertmanager.program.output()).not.toContain(PASSWORD);
});
