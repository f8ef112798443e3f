import { problemsOf } from '../../../support/config';

describe('given a stack for prod that has no more than its environment', () => {
  it('asks for TLS, https and durable storage, all at once', () => {
    expect(problemsOf({ environment: 'prod' }).map(({ path }) => path)).toEqual([
      'gateway.tls',
      'grafana.ingress.tls',
      'grafana.url',
      'storage.type',
    ]);
  });
});
