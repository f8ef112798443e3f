/** Certificates of CAs that a program is to trust. */
import { X509Certificate } from 'node:crypto';
import type { Problem } from '../problem';
import { problem, when } from './rule';

/** Go skips a certificate that it cannot read. It trusts a server's own certificate, too, until that one is renewed. */
export function authorities(path: readonly PropertyKey[], text: string): readonly Problem[] {
  const all = text.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
  return all.flatMap((pem, index) => {
    const certificate = read(pem);
    if (certificate === undefined)
      return [
        problem(
          path,
          `certificate ${index + 1} of ${all.length}`,
          'certificates that can be read',
          'copy the whole file once more; openssl x509 -text -noout shows whether it can be read',
        ),
      ];
    const [subject, issuer] = [certificate.subject, certificate.issuer].map((name) => name.replaceAll('\n', ', '));
    return when(!certificate.ca && subject !== issuer, () =>
      problem(
        path,
        `certificate ${index + 1} of ${all.length}: ${subject ?? ''}`,
        'certificates of CAs: one of a server would be trusted until it is renewed',
        `write that of its CA, ${issuer ?? ''}`,
      ),
    );
  });
}

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
