import { CA, OF_A_SERVER, SELF_SIGNED } from '../../../support/certificates';
import { configWith, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const bundle = (certificates: string) => ({ caBundle: { type: 'certificates' as const, certificates } });

testRules([
  {
    rule: 'certificates that can be read',
    broken: { network: bundle(`${CA}${CA.replace('MIIB', 'MIIC')}`) },
    path: 'network.caBundle.certificates',
    received: '"certificate 2 of 2"',
    remedy: 'copy the whole file once more; openssl x509 -text -noout shows whether it can be read',
    kept: { network: bundle(CA.repeat(2)) },
  },
  {
    rule: 'certificates of CAs: one of a server would be trusted until it is renewed',
    broken: { network: bundle(OF_A_SERVER) },
    path: 'network.caBundle.certificates',
    received: '"certificate 1 of 1: CN=id.example.com"',
    remedy: 'write that of its CA, O=Spywatcher, CN=Test ca',
    kept: { network: bundle(SELF_SIGNED) },
  },
]);

test('given certificates of more than 900 KiB, the report names their size', () => {
  const many = (bytes: number): object => ({ network: bundle(CA.repeat(Math.floor(bytes / CA.length))) });
  expect(problemsOf({ environment: 'dev', ...many(900 * 2 ** 10 + CA.length) })).toEqual([
    {
      path: 'network.caBundle.certificates',
      received: '"901 KiB"',
      rule: 'at most 900 KiB of certificates: they are one ConfigMap, and Kubernetes takes 1 MiB',
      remedy: 'remove the public ones, which programs trust already',
    },
  ]);
  expect(() => configWith(many(900 * 2 ** 10))).not.toThrow();
});
