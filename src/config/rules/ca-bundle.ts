/** Rules on the CAs that programs trust. */
import { X509Certificate } from 'node:crypto';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';

/** Kubernetes accepts a ConfigMap of 1 MiB. */
const MOST = 900 * 2 ** 10;
const KIB = 2 ** 10;

export const caBundleRules: readonly Rule[] = [
  { reads: ['network.caBundle'], check: ({ network }) => [...caBundle(network), ...sizeOf(network)] },
];

function certificatesOf(bundle: StackConfig['network']['caBundle']): string {
  return bundle?.type === 'certificates' ? bundle.certificates : '';
}

/** Certificates are one ConfigMap. */
function sizeOf({ caBundle: bundle }: StackConfig['network']): readonly Problem[] {
  const { length } = certificatesOf(bundle);
  return when(length > MOST, () =>
    problem(
      ['network', 'caBundle', 'certificates'],
      `${Math.ceil(length / KIB)} KiB`,
      `at most ${MOST / KIB} KiB of certificates: they are one ConfigMap, and Kubernetes takes 1 MiB`,
      'remove the public ones, which programs trust already',
    ),
  );
}

/** Go skips a certificate that it cannot read. It trusts a server's own certificate, too, until that one is renewed. */
function caBundle({ caBundle: bundle }: StackConfig['network']): readonly Problem[] {
  const path = ['network', 'caBundle', 'certificates'];
  const all = certificatesOf(bundle).match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
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
