import { defaults } from '../../../../src/config/defaults';
import { configWith, problemsOf, S3 } from '../../../support/config';
import type { Input } from './rows';

type Images = NonNullable<Input['images']>;

const problemsWith = (images: Images, more: Input = {}) => problemsOf({ environment: 'dev', images, ...more });
const accepted = (images: Images, more: Input = {}): void =>
  expect(() => configWith({ images, ...more })).not.toThrow();
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('an image is of its program', () => {
  it.each<readonly [Images, keyof typeof defaults.images, string]>([
    [{ loki: 'docker.io/grafana/grafana:12.4.10' }, 'loki', 'an image of loki; this one is of grafana'],
    [{ loki: 'docker.io/grafana/loki-canary:3.7.8' }, 'loki', 'an image of loki; this one is of canary'],
    [{ canary: 'docker.io/grafana/loki:3.7.8' }, 'canary', 'an image of canary; this one is of loki'],
    [{ gateway: 'docker.io/grafana/promtail:3.6.11' }, 'gateway', 'an image of gateway; this one is of promtail'],
    [
      { prometheus: 'docker.io/prom/alertmanager:v0.31.1' },
      'prometheus',
      'an image of prometheus; this one is of alertmanager',
    ],
  ])('given %j, it is refused', (images, program, rule) => {
    expect(problemsWith(images)).toEqual([
      {
        path: `images.${program}`,
        received: JSON.stringify(images[program]),
        rule,
        remedy: `leave it out, for ${defaults.images[program]}`,
      },
    ]);
  });
});

describe('an image is of a release that the config is written for', () => {
  it.each<readonly [Images, keyof typeof defaults.images, string]>([
    [{ loki: 'docker.io/grafana/loki:2.9.17' }, 'loki', '3.6 or 3.7'],
    [{ loki: 'docker.io/grafana/loki:3.5.9' }, 'loki', '3.6 or 3.7'],
    [{ loki: 'registry.example.com:5000/loki:4.0.0' }, 'loki', '3.6 or 3.7'],
    [{ promtail: 'grafana/promtail:2.9.17' }, 'promtail', '3.x'],
    [{ grafana: 'grafana/grafana-oss:11.6.1' }, 'grafana', '12.0 or later'],
    [{ alertmanager: 'prom/alertmanager:v0.25.0' }, 'alertmanager', '0.28 or later, below 1.0'],
    [{ prometheus: 'prom/prometheus:v2.55.1' }, 'prometheus', '3.x'],
    [{ canary: `grafana/loki-canary:2.9.1@${DIGEST}` }, 'canary', '3.x'],
  ])('given %j, it is refused', (images, program, releases) => {
    expect(problemsWith(images)).toEqual([
      {
        path: `images.${program}`,
        received: JSON.stringify(images[program]),
        rule: `a release that the config is written for: ${releases}`,
        remedy: `leave it out, for ${defaults.images[program]}`,
      },
    ]);
  });

  it('given a digest alone, which does not say its release, it asks for the tag as well', () => {
    expect(problemsWith({ loki: `docker.io/grafana/loki@${DIGEST}` })).toMatchObject([
      {
        path: 'images.loki',
        rule: 'a release as well as the digest: the config is written for 3.6 or 3.7',
        remedy: 'write its tag before the digest: loki:3.7.8@sha256:…; the digest decides what runs',
      },
    ]);
    accepted({ loki: `docker.io/grafana/loki:3.7.8@${DIGEST}` });
  });

  it('given an image that a mirror calls otherwise, it is taken: nobody knows how it counts its releases', () => {
    accepted({ loki: 'registry.example.com/teams/our-logs:1.4.2', gateway: `registry.example.com/edge@${DIGEST}` });
  });
});

describe('on S3, Loki is of a release that writes chunks whole', () => {
  const on = (release: string): Images => ({ loki: `docker.io/grafana/loki:${release}` });

  it.each([
    ['3.6.11', '3.6.16'],
    ['3.6.15', '3.6.16'],
    ['3.7.0', '3.7.7'],
    ['3.7.6', '3.7.7'],
  ])('given %s, it is refused there, and taken on a volume', (release, mended) => {
    expect(problemsWith(on(release), { storage: S3 })).toEqual([
      {
        path: 'images.loki',
        received: `"docker.io/grafana/loki:${release}"`,
        rule: 'a release of Loki that writes chunks whole: 3.6.11 to 3.6.15 and 3.7.0 to 3.7.6 lose or cut some of them on S3 servers',
        remedy: `write ${mended} or later, or leave it out, for ${defaults.images.loki}`,
      },
    ]);
    accepted(on(release));
  });

  it.each(['3.6.10', '3.6.16', '3.7.7'])('given %s, it is taken', (release) => {
    accepted(on(release), { storage: S3 });
  });
});

describe('with a period on the volume beside a bucket, Loki is of a release that deletes its files', () => {
  const on = (release: string): Images => ({ loki: `docker.io/grafana/loki:${release}` });
  const storage = { ...S3, schema: [{ from: '2024-01-01', store: 'filesystem' }, { from: '2025-06-01' }] } as const;

  it.each(['3.6.16', '3.7.7'])('given %s, it is refused there, and taken with the bucket alone', (release) => {
    expect(problemsWith(on(release), { storage })).toEqual([
      {
        path: 'images.loki',
        received: `"docker.io/grafana/loki:${release}"`,
        rule: '3.7.8 or later beside a period with store filesystem: earlier ones do not find that period’s files when they are to be deleted',
        remedy: `write 3.7.8 or later, or leave it out, for ${defaults.images.loki}`,
      },
    ]);
    accepted(on(release), { storage: S3 });
  });

  it.each(['3.7.8', '3.7.10'])('given %s, it is taken', (release) => {
    accepted(on(release), { storage });
  });
});
