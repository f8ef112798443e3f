/** A mail server on the loopback address that takes mail over STARTTLS from one user, and keeps it. */
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { CertificateFiles } from '../../programs/tls';

/** One mail, and who was named to the server. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who had logged in; undefined for nobody. */
  readonly user: string | undefined;
  readonly isSecure: boolean;
  readonly mail: ParsedMail;
}

export interface MailServer {
  readonly port: number;
  /** Everything so far. */
  readonly mails: readonly ReceivedMail[];
  readonly stop: () => Promise<void>;
}

export interface MailServerProps {
  readonly user: string;
  readonly password: string;
  readonly certificate: CertificateFiles;
  /** Whether it offers STARTTLS. @default - true */
  readonly offersTls?: boolean;
}

export async function startMailServer(props: MailServerProps): Promise<MailServer> {
  const { user, password, certificate, offersTls = true } = props;
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    key: certificate['tls.key'],
    cert: certificate['tls.crt'],
    hideSTARTTLS: !offersTls,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth: (given, _session, done) => {
      const isRight = given.username === user && given.password === password;
      if (isRight) done(null, { user });
      else done(new Error('wrong password'));
    },
    onData: (stream, session, done) => {
      simpleParser(stream)
        .then((mail) => {
          const { mailFrom, rcptTo } = session.envelope;
          // The library knows no type of whom `onAuth` has let in.
          const loggedIn: unknown = session.user;
          mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            user: typeof loggedIn === 'string' ? loggedIn : undefined,
            isSecure: session.secure,
            mail,
          });
          done();
        })
        .catch(done);
    },
  });
  // A client that breaks off, for instance because it finds no TLS, is its own affair.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
