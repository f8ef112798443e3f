import { Gateway } from '../../../src/components/gateway';
import type { StackConfigInput } from '../../../src/config';
import { configWith, everything, HA } from '../../support/config';
import { fileOf, render } from '../../support/manifests';
import { directive, directives, type NginxDirective, parseNginx } from '../../support/nginx';

const httpOf = (differences: Partial<StackConfigInput> = {}) => {
  const objects = render((scope) => new Gateway(scope, 'gateway', configWith(differences)));
  return directive(parseNginx(fileOf(objects, 'gateway-config', 'nginx.conf')), 'http').block;
};
const serverOn = (http: readonly NginxDirective[], port: number) => {
  const server = directives(http, 'server').find(({ block }) => directive(block, 'listen').words[1] === String(port));
  if (server === undefined) throw new Error(`Nothing listens on ${port}.`);
  return server.block;
};
const locations = (http: readonly NginxDirective[], port = 8080) => directives(serverOn(http, port), 'location');
const nameOf = ({ words }: NginxDirective) => words.slice(1).join(' ');
const isProxied = ({ block }: NginxDirective) => directives(block, 'proxy_pass').length > 0;
const headersOf = ({ block }: NginxDirective): Readonly<Record<string, string>> =>
  Object.fromEntries(
    directives(block, 'proxy_set_header').map(({ words: [, name = '', value = ''] }) => [name, value]),
  );
const mapOf = (http: readonly NginxDirective[], variable: string) =>
  directives(http, 'map')
    .find(({ words }) => words[2] === variable)
    ?.block.map(({ words }) => words);

const WRITE = ['= /loki/api/v1/push', '= /otlp/v1/logs'];
const READ = [
  '= /loki/api/v1/query',
  '= /loki/api/v1/query_range',
  '= /loki/api/v1/labels',
  '= /loki/api/v1/series',
  '= /loki/api/v1/index/stats',
  '= /loki/api/v1/index/volume',
  '= /loki/api/v1/index/volume_range',
  '= /loki/api/v1/detected_labels',
  '= /loki/api/v1/detected_fields',
  '= /loki/api/v1/patterns',
  '= /loki/api/v1/format_query',
  '= /loki/api/v1/status/buildinfo',
  '~ ^/loki/api/v1/label/([A-Za-z_][A-Za-z0-9_]*)/values$',
  '~ ^/loki/api/v1/detected_field/([A-Za-z_][A-Za-z0-9_]*)/values$',
  '= /loki/api/v1/tail',
];

describe('given a stack, the gateway’s port for clients', () => {
  const http = httpOf();
  const proxied = locations(http).filter(isProxied);

  it('proxies these paths and no other: none of Loki’s admin pages, no delete API', () => {
    expect(proxied.map(nameOf)).toEqual([...WRITE, ...READ]);
    expect(
      locations(http)
        .filter((location) => !isProxied(location))
        .map(nameOf),
    ).toEqual(['= /health', '/']);
    const last = directive(locations(http).find((location) => nameOf(location) === '/')?.block ?? [], 'return');
    expect(last.words[1]).toBe('404');
  });

  it.each(proxied.map((location) => [nameOf(location), location] as const))(
    'in %s overwrites the tenant and drops the credential',
    (_, location) => {
      expect(headersOf(location)).toMatchObject({ 'X-Scope-OrgID': '$tenant', Authorization: '' });
    },
  );

  it.each(proxied.map((location) => [nameOf(location), location] as const))(
    'in %s asks for the credential of its kind',
    (name, { block }) => {
      expect(directive(block, 'auth_basic').words[1]).toBe('spywatcher-logs');
      expect(directive(block, 'auth_basic_user_file').words[1]).toBe(
        `/etc/nginx/users/${WRITE.includes(name) ? 'write' : 'read'}`,
      );
    },
  );

  it.each(
    proxied
      .filter((location) => nameOf(location).startsWith('='))
      .map((location) => [location.words[2], location] as const),
  )('sends %s on under the same path, as it is written here', (path, { block }) => {
    expect(directive(block, 'proxy_pass').words[1]).toBe(`http://loki${path ?? ''}`);
  });

  it('sends a label’s values on with the label alone', () => {
    const targets = proxied
      .filter((location) => nameOf(location).startsWith('~'))
      .map(({ block }) => directive(block, 'proxy_pass').words[1]);
    expect(targets).toEqual([
      'http://loki/loki/api/v1/label/$1/values$is_args$args',
      'http://loki/loki/api/v1/detected_field/$1/values$is_args$args',
    ]);
  });

  it('lets a tail be a web socket, and waits for it', () => {
    const tail = proxied.find((location) => nameOf(location) === '= /loki/api/v1/tail');
    expect(headersOf(tail ?? { words: [], block: [] })).toMatchObject({
      Connection: '$connection_upgrade',
      Upgrade: '$http_upgrade',
    });
    expect(directive(tail?.block ?? [], 'proxy_read_timeout').words[1]).toBe('1h');
    expect(mapOf(http, '$connection_upgrade')).toEqual([
      ['default', 'upgrade'],
      ['', ''],
    ]);
  });

  it('knows one Loki, and waits longer than a query may take there', () => {
    expect(directive(directive(http, 'upstream').block, 'server').words[1]).toBe('loki.logging.svc:3100');
    expect(directive(http, 'proxy_read_timeout').words[1]).toBe('75s');
  });

  it('takes a whole burst as one push', () => {
    expect(directive(http, 'client_max_body_size').words[1]).toBe(String(20 * 2 ** 20));
    expect(directive(httpOf({ limits: { ingestionBurst: '32MB' } }), 'client_max_body_size').words[1]).toBe(
      String(32 * 2 ** 20),
    );
  });

  it('logs no push that went well: it would be pushed again', () => {
    expect(mapOf(http, '$loggable')).toEqual([
      ['default', '1'],
      ['~^2\\d\\d:/loki/api/v1/push$', '0'],
      ['~^2\\d\\d:/otlp/v1/logs$', '0'],
      ['~:/health$', '0'],
    ]);
  });

  it('logs JSON, without the query’s arguments and without a credential', () => {
    const format = directive(http, 'log_format').words.at(-1) ?? '';
    expect(JSON.parse(format.replaceAll(/:\$\w+/g, ':0'))).toMatchObject({ level: 'info' });
    expect(format).not.toMatch(/\$(request|args|request_uri|http_authorization)\b/);
  });
});

describe('given tenants, the gateway', () => {
  it('takes the tenant from the credential, and none for any other name', () => {
    expect(
      mapOf(
        httpOf({ auth: everything.auth, agent: { credential: 'shipper' }, grafana: { credential: 'viewer' } }),
        '$tenant',
      ),
    ).toEqual([
      ['default', ''],
      ['\\shipper', 'app'],
      ['\\viewer', 'app'],
      ['\\audit-shipper', 'audit'],
      ['\\auditor', 'audit'],
    ]);
  });

  it('takes a credential that is called as a word of nginx’ map for a name', () => {
    const auth = { loki: { tenants: [{ name: 'a', write: ['promtail', 'default'], read: ['grafana', 'include'] }] } };
    expect(mapOf(httpOf({ auth }), '$tenant')?.map(([name]) => name)).toEqual([
      'default',
      '\\promtail',
      '\\default',
      '\\grafana',
      '\\include',
    ]);
  });
});

describe('given a gateway that asks for no credential', () => {
  const http = httpOf({ auth: { loki: { enabled: false } } });

  it('has one tenant, whatever the client says', () => {
    expect(mapOf(http, '$tenant')).toEqual([['default', 'spywatcher']]);
    for (const location of locations(http).filter(isProxied))
      expect(headersOf(location)).toMatchObject({ 'X-Scope-OrgID': '$tenant', Authorization: '' });
  });

  it('asks for none', () => {
    expect(JSON.stringify(http)).not.toContain('auth_basic');
  });
});

describe('given Loki pods, the gateway’s port for metrics', () => {
  it.each([
    ['one', {}, ['loki-0']],
    ['three', HA, ['loki-0', 'loki-1', 'loki-2']],
  ])('has the metrics of %s and nothing else of Loki', (_, differences, pods) => {
    const found = locations(httpOf(differences), 8081);
    expect(found.map(nameOf)).toEqual([...pods.map((pod) => `= /${pod}/metrics`), '/']);
    expect(found.filter(isProxied).map(({ block }) => directive(block, 'proxy_pass').words[1])).toEqual(
      pods.map((pod) => `http://${pod}-metrics.logging.svc:3100/metrics`),
    );
  });
});

test('given a CPU limit, there are as many workers as whole cores', () => {
  const workers = (cpu: string) => {
    const config = configWith({ resources: { gateway: { limits: { cpu } } } });
    const objects = render((scope) => new Gateway(scope, 'gateway', config));
    return directive(parseNginx(fileOf(objects, 'gateway-config', 'nginx.conf')), 'worker_processes').words[1];
  };
  expect([workers('500m'), workers('1'), workers('1500m'), workers('3')]).toEqual(['1', '1', '2', '3']);
});
