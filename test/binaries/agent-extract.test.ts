/** `agent.extract`, with both real agents: what is taken out of lines, of which lines, and that a rule finds lines by it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogPath } from '../support/log-path';
import { type Entry, nanoseconds } from '../../programs/loki';
import { type Container, cri } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';

const pod = (app: string): Container => ({ namespace: 'shop', pod: `${app}-1`, container: 'main', labels: { app } });
const [ORDERS, BILLING, LEGACY, OTHER] = [pod('orders'), pod('billing'), pod('legacy'), pod('other')];

type Found = Readonly<Record<string, string>>;
/** Lines of each pod, and what is to be there of each besides what every line has. */
const LINES: readonly (readonly [Container, string, Found])[] = [
  [
    ORDERS,
    '{"level":"info","message":"a","customer":{"plan":"paid"},"order":{"id":"o-1"}}',
    { plan: 'paid', order: 'o-1' },
  ],
  [ORDERS, '{"level":"info","message":"b","customer":{"plan":"gold"},"order":{"id":4711}}', { order: '4711' }],
  [
    ORDERS,
    '{"level":"info","message":"c","customer":"paid","order":{"id":true},"form":"round"}',
    { order: 'true', form: 'round' },
  ],
  [ORDERS, '{"level":"info","message":"d","order":{"id":{"b":1}},"form":["x"]}', { order: '{"b":1}', form: '["x"]' }],
  [ORDERS, '{"level":"info","message":"e","customer":{"plan":null},"order":null}', {}],
  [ORDERS, '{"level":"debug","message":"f","order":{"id":"of another selector"}}', {}],
  [ORDERS, 'plan=paid order=text', {}],
  [ORDERS, '{"level":"info","message":"g","order":{"id":"sk_live_abcdefghijklmnopqrstuvwx"}}', { order: '[REDACTED]' }],
  [BILLING, 'level=info msg=h invoice=7 tax.rate="a b" password=', { invoice: '7', rate: 'a b' }],
  [BILLING, 'level=info msg=i invoice2=7 other', {}],
  [BILLING, 'no pairs', {}],
  [LEGACY, 'shop=north till=5', { shop: 'north', level_of_shop: 'north', till: '5' }],
  [LEGACY, 'shop=south', { shop: 'south' }],
  [LEGACY, 'level=info pod=mine', {}],
  [OTHER, '{"level":"info","message":"j","customer":{"plan":"paid"},"order":{"id":"o-2"}}', {}],
];
const LEFT_OUT = '{"level":"info","message":"leave me out","customer":{"plan":"free"}}';
const NAMES = ['plan', 'order', 'form', 'invoice', 'rate', 'shop', 'level_of_shop', 'till'];

describe.each(['promtail', 'collector'] as const)('%s, with fields that the stack file takes out of lines', (type) => {
  const path = new LogPath(
    variant(`extract-${type}`, {
      environment: 'dev',
      agent: {
        type,
        extract: [
          {
            type: 'json',
            selector: '{job="orders", level="info"}',
            labels: [{ name: 'plan', from: 'customer.plan', values: ['free', 'paid'] }],
            // The agents mark lines under the second name themselves.
            metadata: [
              { name: 'order', from: 'order.id' },
              { name: 'form', from: 'form' },
            ],
          },
          {
            type: 'logfmt',
            selector: '{app="billing"}',
            metadata: [
              { name: 'invoice', from: 'invoice' },
              { name: 'rate', from: 'tax.rate' },
            ],
          },
          {
            type: 'regex',
            selector: '{app=~"leg.*"}',
            expression: '^shop=(?P<pod>\\w+)(?: till=(?P<level>\\d+))?$',
            labels: [{ name: 'level_of_shop', from: 'pod', values: ['north'] }],
            metadata: [
              { name: 'shop', from: 'pod' },
              { name: 'till', from: 'level' },
            ],
          },
        ],
        drop: [{ name: 'free', selector: '{plan="free"}', patterns: ['leave me out'] }],
      },
    }),
    `extract-${type}`,
  );
  let lines: readonly Entry[] = [];

  beforeAll(async () => {
    await path.start();
    for (const [container, line] of LINES) path.logs.append(container, [cri(nanoseconds(), line)]);
    path.logs.append(ORDERS, [cri(nanoseconds(), LEFT_OUT)]);
    const pods = [ORDERS, BILLING, LEGACY, OTHER];
    await (type === 'promtail' ? path.startPromtail(pods) : path.startCollector(pods));
    await until(`${LINES.length} lines`, async () => {
      const { length } = await path.query('{namespace="shop"}');
      return length >= LINES.length ? undefined : `${length} are there`;
    });
    await sleep(2_000); // one too many would come by then
    lines = await path.query('{namespace="shop"}');
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  it('every line is there once, but for the one that a rule finds by a label of these', () => {
    expect(lines).toHaveLength(LINES.length);
    expect(lines.map(({ line }) => line)).not.toContain(LEFT_OUT);
  });

  it.each(LINES.map(([{ pod: name }, line, wanted]) => [name, line, wanted] as const))(
    'of %s: %s',
    (name, line, wanted) => {
      const redacted = line.replace(/sk_live_\w+/, '[REDACTED]');
      const [entry, ...others] = lines.filter(
        (one) => one.line === redacted && one.labels['app'] === name.split('-')[0],
      );
      expect(others).toEqual([]);
      const all: Found = { ...entry?.structuredMetadata, ...entry?.labels };
      expect(Object.fromEntries(NAMES.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]])))).toEqual(
        wanted,
      );
      expect(entry?.structuredMetadata['pod']).toBe(name);
      expect(entry?.labels['plan']).toBe(wanted['plan']);
      expect(entry?.labels['level_of_shop']).toBe(wanted['level_of_shop']);
    },
  );
});
