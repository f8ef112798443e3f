import { problemsOf, S3 } from '../../../support/config';
import { testRules } from './rows';

testRules([
  [
    'a name that no other Secret of the stack has',
    { grafana: { login: { adminSecret: 'gateway-users' } } },
    'grafana.login.adminSecret',
    '"gateway-users"',
    'leave it out, for its default, or write another name',
    { grafana: { login: { adminSecret: 'gateway-users' } }, auth: { loki: { enabled: false } } },
  ],
  [
    'a name that no other Secret of the stack has',
    { storage: { ...S3, access: { type: 'secret', secret: 'gateway-credential-grafana' } } },
    'storage.access.secret',
    '"gateway-credential-grafana"',
    'leave it out, for its default, or write another name',
    { storage: { ...S3, access: { type: 'secret', secret: 'gateway-credential-promtail' } } },
  ],
  [
    'a name that no other Secret of the stack has',
    { gateway: { tls: { secretName: 'gateway-users' } } },
    'gateway.tls.secretName',
    '"gateway-users"',
    'leave it out, for its default, or write another name',
    { gateway: { tls: { caSecretName: 'gateway-users' } } },
  ],
]);

describe('given one name for the two Secrets that a stack’s owner names', () => {
  it('says so of both', () => {
    const input = {
      environment: 'dev',
      grafana: { login: { adminSecret: 'same' } },
      storage: { ...S3, access: { type: 'secret', secret: 'same' } },
    };
    expect(problemsOf(input).map(({ path }) => path)).toEqual(['grafana.login.adminSecret', 'storage.access.secret']);
  });
});
