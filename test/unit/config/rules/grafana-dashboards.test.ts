import { problemsOf } from '../../../support/config';
import { type Input, testRules } from './rows';

const ORDERS = { uid: 'orders', title: 'Orders' };
const CUSTOMERS = { uid: 'customers', title: 'Customers' };
const texts = (...contents: readonly string[]): Input => ({
  grafana: {
    dashboards: {
      folder: 'shop/boards',
      files: contents.map((content, index) => ({ name: `${'ab'.charAt(index)}.json`, content })),
    },
  },
});
const dashboards = (...contents: readonly unknown[]): Input =>
  texts(...contents.map((content) => JSON.stringify(content)));
const AT = 'grafana.dashboards.shop/boards';
const UID = 'a uid of 1 to 40 letters, digits, hyphens and underscores, by which links find the dashboard';

testRules([
  {
    rule: 'at least one dashboard',
    broken: { grafana: { dashboards: { folder: 'shop' } } },
    path: 'grafana.dashboards.files',
    received: '[]',
    remedy: 'set it where a program makes the config itself, or remove grafana.dashboards',
    kept: dashboards(ORDERS),
  },
  {
    rule: 'a dashboard as JSON, one mapping; Unexpected end of JSON input',
    broken: texts(''),
    path: `${AT}/a.json`,
    received: '""',
    remedy: 'mend the file, or export the dashboard once more',
    kept: dashboards(ORDERS),
  },
  {
    rule: 'a dashboard as JSON, one mapping; this is a list',
    broken: dashboards([ORDERS]),
    path: `${AT}/a.json`,
    received: JSON.stringify(JSON.stringify([ORDERS])),
    remedy: 'mend the file, or export the dashboard once more',
    kept: dashboards(ORDERS),
  },
  {
    rule: 'none: Grafana asks for these in its import dialogue, and a provisioned dashboard has none',
    broken: dashboards({ ...ORDERS, __inputs: [{ name: 'DS_LOKI' }] }),
    path: `${AT}/a.json.__inputs`,
    received: '[{"name":"DS_LOKI"}]',
    remedy: 'export the dashboard without “Export for sharing externally”',
    kept: dashboards({ ...ORDERS, id: 7, __requires: [] }),
  },
  ...[
    { wrong: 'a'.repeat(41), right: 'a'.repeat(40) },
    { wrong: 'shop orders', right: 'shop_Orders-1' },
    { wrong: '', right: 'o' },
  ].map(({ wrong, right }) => ({
    rule: UID,
    broken: dashboards({ ...ORDERS, uid: wrong }),
    path: `${AT}/a.json.uid`,
    received: JSON.stringify(wrong),
    remedy: 'write for example shop-orders',
    kept: dashboards({ ...ORDERS, uid: right }),
  })),
  {
    rule: UID,
    broken: dashboards({ title: 'Orders' }),
    path: `${AT}/a.json.uid`,
    received: '(missing)',
    remedy: 'add it to the file',
    kept: dashboards(ORDERS),
  },
  {
    rule: 'a title, a text that is not empty',
    broken: dashboards({ ...ORDERS, title: ' ' }),
    path: `${AT}/a.json.title`,
    received: '" "',
    remedy: 'write for example "Orders"',
    kept: dashboards(ORDERS),
  },
  {
    rule: 'a uid that no other dashboard has; a.json has it',
    broken: dashboards(ORDERS, { ...CUSTOMERS, uid: 'orders' }),
    path: `${AT}/b.json.uid`,
    received: '"orders"',
    remedy: 'write another uid',
    kept: dashboards(ORDERS, CUSTOMERS),
  },
  ...['spywatcher-log-aggregation', 'spywatcher-logging-stack'].map((uid) => ({
    rule: 'a uid that no other dashboard has; a built-in dashboard has it',
    broken: dashboards({ ...ORDERS, uid }),
    path: `${AT}/a.json.uid`,
    received: JSON.stringify(uid),
    remedy: 'write another uid',
    kept: dashboards({ ...ORDERS, uid: `${uid}-2` }),
  })),
  {
    rule: 'a title that no other dashboard has; a.json has it',
    broken: dashboards(ORDERS, { ...CUSTOMERS, title: 'Orders ' }),
    path: `${AT}/b.json.title`,
    received: '"Orders "',
    remedy: 'write another title',
    kept: dashboards(ORDERS, CUSTOMERS),
  },
]);

test.each([
  ['what the API of Grafana answers', { dashboard: ORDERS, meta: {} }, /put what stands in dashboard alone/],
  ['a resource', { kind: 'Dashboard', spec: { title: 'Orders' } }, /export the dashboard as classic JSON/],
])('given %s, the remedy says what to take of it', (_, content, remedy) => {
  const expected = ['uid', 'title'].map((field) => [`${AT}/a.json.${field}`, expect.stringMatching(remedy) as string]);
  const problems = problemsOf({ environment: 'dev', ...dashboards(content) });
  expect(problems.map((problem) => [problem.path, problem.remedy])).toEqual(expected);
});

test('given dashboards of more than 900 KiB, the report names their size', () => {
  const padded = (content: object): string => JSON.stringify(content).padEnd(450 * 2 ** 10);
  const fits = texts(padded(ORDERS), padded(CUSTOMERS));
  expect(() => problemsOf({ environment: 'dev', ...fits })).toThrow('Expected a ConfigError.');
  expect(problemsOf({ environment: 'dev', ...texts(padded(ORDERS), `${padded(CUSTOMERS)} `) })).toEqual([
    {
      path: 'grafana.dashboards',
      received: '"901 KiB in 2 files"',
      rule: 'at most 900 KiB of dashboards: they are one ConfigMap, and Kubernetes takes 1 MiB',
      remedy: 'remove what is of no use, or the blanks, with jq -c .',
    },
  ]);
});
