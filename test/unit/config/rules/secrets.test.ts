import { problemsOf, S3 } from '../../../support/config';
import { testRules } from './rows';

testRules([
  {
    rule: 'a name that no other Secret of the stack has',
    broken: { grafana: { login: { adminSecret: 'gateway-users' } } },
    path: 'grafana.login.adminSecret',
    received: '"gateway-users"',
    remedy: 'leave it out, for its default, or write another name',
    kept: { grafana: { login: { adminSecret: 'gateway-users' } }, auth: { loki: { enabled: false } } },
  },
  {
    rule: 'a name that no other Secret of the stack has',
    broken: { storage: { ...S3, access: { type: 'secret', secret: 'gateway-credential-grafana' } } },
    path: 'storage.access.secret',
    received: '"gateway-credential-grafana"',
    remedy: 'leave it out, for its default, or write another name',
    kept: { storage: { ...S3, access: { type: 'secret', secret: 'gateway-credential-promtail' } } },
  },
  {
    rule: 'a name that no other Secret of the stack has',
    broken: { gateway: { tls: { secretName: 'gateway-users' } } },
    path: 'gateway.tls.secretName',
    received: '"gateway-users"',
    remedy: 'leave it out, for its default, or write another name',
    kept: { gateway: { tls: { caSecretName: 'gateway-users' } } },
  },
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
