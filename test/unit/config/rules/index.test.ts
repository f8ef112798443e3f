import { problemsOf } from '../../../support/config';

describe('given a stack for prod that has no more than its environment', () => {
  it('asks for durable storage, TLS, https and somebody who is told of alerts, all at once, in the order of the sections', () => {
    expect(problemsOf({ environment: 'prod' }).map(({ path }) => path)).toEqual([
      'storage.type',
      'gateway.tls',
      'grafana.ingress.tls',
      'grafana.url',
      'alertmanager.receivers',
    ]);
  });
});
