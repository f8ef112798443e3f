import { endSeconds, startSeconds } from '../../../../src/components/loki/lifetime';
import { configWith } from '../../../support/config';

const memory = (limit: string) => ({ resources: { loki: { limits: { memory: limit } } } });
/** The default one, and others. */
const tenants = (count: number) => ({
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
        ...Array.from({ length: count - 1 }, (_, index) => ({ name: `tenant-${index}` })),
      ],
    },
  },
});

describe('given what Loki may have in memory and in its WAL', () => {
  it('a small one has a quarter of an hour to start and five minutes to end', () => {
    expect(startSeconds(configWith())).toBe(900);
    expect(endSeconds(configWith())).toBe(300);
  });

  it('it may start as long as it replays a checkpoint of its memory and ten minutes of all tenants’ lines at 40 MB/s', () => {
    const config = configWith({ ...memory('2Gi'), ...tenants(5), persistence: { size: '100Gi' } });
    expect(startSeconds(config)).toBe(Math.ceil((2048 + 5 * 15 * 600) / 40));
  });

  it('it has no more to replay than its volume holds', () => {
    const config = configWith({ ...memory('2Gi'), ...tenants(5), persistence: { size: '40Gi' } });
    expect(startSeconds(config)).toBe(1024);
  });

  it('it may end as long as it flushes its memory at 8 MB/s', () => {
    expect(endSeconds(configWith(memory('8Gi')))).toBe(1024);
  });
});
