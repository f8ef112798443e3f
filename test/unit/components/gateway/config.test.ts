import { Gateway } from '../../../../src/components/gateway';
import type { StackConfigInput } from '../../../../src/config';
import { configWith, everything, HA } from '../../../support/config';
import { fileOf, render } from '../../../support/manifests';
import { directive, directives, type NginxDirective, parseNginx } from '../../../support/nginx';

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
const serversOf = (upstream: readonly NginxDirective[]) => directives(upstream, 'server').map(({ words }) => words[1]);
const isProxied = ({ block }: NginxDirective) => directives(block, 'proxy_pass').length > 0;
const headersOf = ({ block }: NginxDirective): Readonly<Record<string, string>> =>
  Object.fromEntries(
    directives(block, 'proxy_set_header').map(({ words: [, name = '', value = ''] }) => [name, value]),
  );
const mapOf = (http: readonly NginxDirective[], variable: string) =>
  directives(http, 'map')
    .find(({ words }) => words[2] === variable)
    ?.block.map(({ words }) => words);

const conditionsOf = ({ block }: NginxDirective) =>
  directives(block, 'if').map(({ words, block: then }) => [
    words.slice(1).join(' '),
    directive(then, 'return').words[1],
  ]);
const variablesOf = ({ block }: NginxDirective): Readonly<Record<string, string>> =>
  Object.fromEntries(directives(block, 'set').map(({ words: [, name = '', value = ''] }) => [name, value]));
const errorPages = ({ block }: NginxDirective) =>
  Object.fromEntries(directives(block, 'error_page').map(({ words }) => [words[1] ?? '', words.at(-1) ?? '']));
const onUnauthorized = (location: NginxDirective) => variablesOf(location)['$on_unauthorized'];
const locationOf = (http: readonly NginxDirective[], name: string): NginxDirective => {
  const found = locations(http).find((location) => nameOf(location) === name);
  if (found === undefined) throw new Error(`There is no location ${name}.`);
  return found;
};

const ERASERS: Partial<StackConfigInput> = {
  auth: { loki: { tenants: [{ name: 'spywatcher', write: ['promtail'], read: ['grafana'], erase: ['eraser'] }] } },
};

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
];
const RULES = ['= /loki/api/v1/rules', '= /prometheus/api/v1/rules', '= /prometheus/api/v1/alerts'];
const ERASE = ['= /loki/api/v1/delete'];
const NAMED = [
  '~ ^/loki/api/v1/label/(?<name>[A-Za-z_][A-Za-z0-9_]*)/values$',
  '~ ^/loki/api/v1/detected_field/(?<name>[A-Za-z_][A-Za-z0-9_]*)/values$',
];
const TAIL = '= /loki/api/v1/tail';

describe('given a stack, the gateway’s port for clients', () => {
  const http = httpOf(ERASERS);
  const all = locations(http).filter(isProxied);
  const proxied = all.filter((location) => !nameOf(location).startsWith('@'));
  const named = proxied.map((location) => [nameOf(location), location] as const);
  const kindOf = (name: string) => (WRITE.includes(name) ? 'write' : ERASE.includes(name) ? 'erase' : 'read');

  it('has the limits for readers of one tenant, given grafana.drilldown', () => {
    const location = locationOf(httpOf({ grafana: { drilldown: true } }), '= /loki/api/v1/drilldown-limits');
    expect(conditionsOf(location)).toEqual(
      expect.arrayContaining([
        ['($request_method !~ ^(?:GET)$)', '405'],
        ['($tenant ~ [|])', expect.any(String)],
      ]),
    );
    expect(variablesOf(location)).toMatchObject({ $upstream: 'loki', $target: '/loki/api/v1/drilldown-limits' });
  });

  it('proxies these paths and no other: none of Loki’s admin pages', () => {
    expect(proxied.map(nameOf)).toEqual([...WRITE, ...READ, ...RULES, ...ERASE, ...NAMED, TAIL]);
    const last = directive(locations(http).find((location) => nameOf(location) === '/')?.block ?? [], 'return');
    expect(last.words[1]).toBe('404');
  });

  it('has no path for erasing where no credential may', () => {
    expect(locations(httpOf()).map(nameOf)).not.toContain(ERASE[0]);
  });

  it.each(all.map((location) => [nameOf(location), location] as const))(
    'in %s overwrites the tenant and drops the credential',
    (_, location) => {
      expect(headersOf(location)).toMatchObject({ 'X-Scope-OrgID': '$tenant', Authorization: '' });
    },
  );

  it.each(named)('in %s asks for a password', (_, { block }) => {
    expect(directive(block, 'auth_basic').words[1]).toBe('spywatcher-logs');
    expect(directive(block, 'auth_basic_user_file').words[1]).toBe('/etc/nginx/users/users');
  });

  it.each(named)('in %s refuses credentials of the other kinds', (name, location) => {
    const others = ['write', 'read', 'erase'].filter((kind) => kind !== kindOf(name));
    expect(conditionsOf(location)).toContainEqual([`($access ~ ^(?:${others.join('|')})$)`, '403']);
  });

  it.each([...named, ...['@previous', '@previous-tail'].map((name) => [name, locationOf(http, name)] as const)])(
    'in %s takes no name that the config does not have, whatever the files of passwords say',
    (_, location) => {
      expect(conditionsOf(location)).toContainEqual(['($tenant !~ .)', '401']);
    },
  );

  it.each(named)('in %s takes these methods alone', (name, location) => {
    const methods = [
      [WRITE, '!~ ^(?:POST)$'],
      [RULES, '!~ ^(?:GET)$'],
      [ERASE, '!~ ^(?:GET|POST|PUT|DELETE)$'],
      [[TAIL], '!= GET'],
    ] as const;
    const [, expected = '!~ ^(?:GET|POST)$'] = methods.find(([names]) => names.some((one) => one === name)) ?? [];
    expect(conditionsOf(location)[0]).toEqual([`($request_method ${expected})`, '405']);
  });

  it.each(named.filter(([name]) => name !== TAIL))(
    'sends %s on under the path that is written here',
    (name, location) => {
      const path = name.startsWith('=')
        ? name.slice(2)
        : `/loki/api/v1/${name.includes('detected') ? 'detected_field' : 'label'}/$name/values`;
      expect(variablesOf(location)).toMatchObject({ $upstream: 'loki', $target: path });
      expect(directive(location.block, 'proxy_pass').words[1]).toBe('http://$upstream$target$is_args$args');
    },
  );

  it('lets a tail be a web socket and nothing else, and waits for it', () => {
    const location = locationOf(http, TAIL);
    expect(headersOf(location)).toMatchObject({ Connection: 'upgrade', Upgrade: 'websocket' });
    expect(directive(location.block, 'proxy_read_timeout').words[1]).toBe('1h');
    expect(directive(location.block, 'proxy_pass').words[1]).toBe('http://loki/loki/api/v1/tail$is_args$args');
  });

  it('lets no other request change its protocol', () => {
    const upgrading = all.filter((location) => headersOf(location)['Upgrade'] !== undefined);
    expect(upgrading.map(nameOf)).toEqual([TAIL, '@previous-tail']);
  });

  it('refuses several tenants a tail and rules, which Loki has of one alone, and nothing else', () => {
    const refused = proxied.filter((location) =>
      conditionsOf(location).some(([condition]) => condition === '($tenant ~ [|])'),
    );
    expect(refused.map(nameOf)).toEqual([...RULES, TAIL]);
  });

  it('knows one Loki, and waits longer than a query may take there', () => {
    expect(directive(directive(http, 'upstream').block, 'server').words[1]).toBe('loki.logging.svc:3100');
    expect(directive(http, 'proxy_read_timeout').words[1]).toBe('75s');
    const slow = { queryTimeout: '2m', tenants: { spywatcher: { queryTimeout: '5m' } } };
    expect(directive(httpOf({ limits: slow }), 'proxy_read_timeout').words[1]).toBe('315s');
  });

  it('takes the largest burst with its labels as one push, and of all else little', () => {
    const sizeOf = (differences: Partial<StackConfigInput>) =>
      directive(locationOf(httpOf(differences), WRITE[0] ?? '').block, 'client_max_body_size').words[1];
    expect(sizeOf({})).toBe(String(40 * 2 ** 20));
    expect(sizeOf({ limits: { tenants: { spywatcher: { ingestionBurst: '32MB' } } } })).toBe(String(64 * 2 ** 20));
    // The largest batch that is accepted at all: it is at most the bursts.
    const largest = { agent: { batchSize: '20MB' }, limits: { perStreamBurst: '20MB' } };
    expect(Number(sizeOf(largest))).toBeGreaterThanOrEqual(20 * 2 ** 20);
    expect(directive(http, 'client_max_body_size').words[1]).toBe('1m');
  });

  it('takes sixteen large pushes at once: those that say so, and those that do not say how large they are', () => {
    for (const name of WRITE)
      expect(directives(locationOf(http, name).block, 'limit_conn').map(({ words }) => words.slice(1))).toEqual([
        ['connections', '512'],
        ['large', '16'],
      ]);
    const isLarge = (encoding: string, length: string): boolean =>
      (mapOf(http, '$large_push') ?? [])
        .filter(([pattern = '']) => pattern.startsWith('~'))
        .some(([pattern = '']) => new RegExp(pattern.slice(1)).test(`${encoding}:${length}`));
    expect([isLarge('', '999999'), isLarge('', '1000000'), isLarge('', '41943040'), isLarge('chunked', '')]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('keeps nothing of an answer on its disk, and of bodies in memory half of what the pod has', () => {
    expect(directive(http, 'proxy_max_temp_file_size').words[1]).toBe('0');
    expect(directive(http, 'client_body_buffer_size').words[1]).toBe(String((128 * 2 ** 20) / 2 / 512));
  });

  it('limits connections and tails', () => {
    const limited = httpOf({ gateway: { maxConnections: 100 }, limits: { maxTails: 7 } });
    expect(directive(serverOn(limited, 8080), 'limit_conn').words).toEqual(['limit_conn', 'connections', '100']);
    expect(directives(locationOf(limited, TAIL).block, 'limit_conn').map(({ words }) => words.slice(1))).toEqual([
      ['connections', '100'],
      ['tails', '7'],
    ]);
  });
});

describe('given a wrong password, the gateway', () => {
  const http = httpOf({ gateway: { failedLoginsPerMinute: 5 } });
  const [push, tail] = [locationOf(http, WRITE[0] ?? ''), locationOf(http, TAIL)];

  it('tries the one before', () => {
    expect([onUnauthorized(push), onUnauthorized(tail)]).toEqual(['@previous', '@previous-tail']);
    for (const name of ['@previous', '@previous-tail'])
      expect(directive(locationOf(http, name).block, 'auth_basic_user_file').words[1]).toBe(
        '/etc/nginx/users/previous',
      );
  });

  it('sends what that one lets in to the same place', () => {
    const previous = locationOf(http, '@previous');
    for (const name of ['proxy_pass', 'client_max_body_size'])
      expect(directive(previous.block, name)).toEqual(directive(push.block, name));
    expect(directive(locationOf(http, '@previous-tail').block, 'proxy_pass')).toEqual(
      directive(tail.block, 'proxy_pass'),
    );
  });

  it('counts the refusal by address, and answers 429 above the limit', () => {
    expect(onUnauthorized(locationOf(http, '@previous'))).toBe('@refused');
    expect(directive(http, 'limit_req_zone').words.slice(1)).toEqual([
      '$binary_remote_addr',
      'zone=refused:1m',
      'rate=5r/m',
    ]);
    expect(directive(locationOf(http, '@refused').block, 'limit_req').words.slice(1)).toEqual([
      'zone=refused',
      'burst=4',
      'nodelay',
    ]);
    expect(directive(locationOf(http, '@too-many').block, 'add_header').words).toContain('12');
  });

  it('has an answer in JSON for every refusal', () => {
    const server: NginxDirective = { words: [], block: serverOn(http, 8080) };
    expect(onUnauthorized(server)).toBe('@unauthorized');
    for (const [status, name] of Object.entries(errorPages(server))) {
      const target = name === '$on_unauthorized' ? '@unauthorized' : name;
      const { words } = directive(locationOf(http, target).block, 'return');
      expect(words[1]).toBe(status);
      expect(JSON.parse(words[2] ?? '')).toEqual({ status: 'error', error: expect.any(String) as string });
    }
  });
});

describe('the gateway’s log', () => {
  it('has no words of nginx’ own: they quote what was asked for', () => {
    const objects = render((scope) => new Gateway(scope, 'gateway', configWith()));
    const main = parseNginx(fileOf(objects, 'gateway-config', 'nginx.conf'));
    expect(directive(main, 'error_log').words).toEqual(['error_log', 'stderr', 'crit']);
  });

  const http = httpOf(ERASERS);
  const formats = directives(http, 'log_format');

  it('has no push that went well: it would be pushed again', () => {
    expect(mapOf(http, '$is_logged')).toEqual([
      ['default', '1'],
      ['~^POST:2\\d\\d:/loki/api/v1/push$', '0'],
      ['~^POST:2\\d\\d:/otlp/v1/logs$', '0'],
      ['~^[A-Z]+:\\d+:/health$', '0'],
      ['~^(?:POST|PUT):2\\d\\d:/loki/api/v1/delete$', '0'],
    ]);
  });

  it('has a line of its own for each erasure', () => {
    expect(mapOf(http, '$is_erasure')).toEqual([
      ['default', '0'],
      ['~^(?:POST|PUT):2\\d\\d:/loki/api/v1/delete$', '1'],
    ]);
    expect(formats[1]?.words.join(' ')).toContain('"action":"LOG_ERASURE"');
  });

  it.each(formats.map(({ words }) => [words[1] ?? '', words.at(-1) ?? '']))(
    'is JSON in format %s, without the query’s arguments and without a credential',
    (_, format) => {
      expect(JSON.parse(format.replaceAll(/(?<=:)\$\w+/g, '0'))).toMatchObject({ level: 'info' });
      expect(format).not.toMatch(/\$(request|args|arg_query|request_uri|http_authorization)\b/);
    },
  );
});

describe('given tenants, the gateway', () => {
  const http = httpOf({
    auth: everything.auth,
    limits: { tenants: {} },
    agent: { credential: 'shipper' },
    grafana: { credential: 'viewer' },
  });

  it('takes the tenant from the credential, and none for any other name', () => {
    expect(mapOf(http, '$tenant')).toEqual([
      ['default', ''],
      ['\\shipper', 'app'],
      ['\\audit-shipper', 'audit'],
      ['\\viewer', 'app'],
      ['\\watcher', 'app'],
      ['\\auditor', 'audit'],
      ['\\eraser', 'app'],
      ['\\audit-eraser', 'audit'],
      ['\\overseer', 'app|audit'],
    ]);
  });

  it('knows what each credential is for', () => {
    expect(mapOf(http, '$access')).toEqual([
      ['default', ''],
      ['\\shipper', 'write'],
      ['\\audit-shipper', 'write'],
      ['\\viewer', 'read'],
      ['\\watcher', 'read'],
      ['\\auditor', 'read'],
      ['\\eraser', 'erase'],
      ['\\audit-eraser', 'erase'],
      ['\\overseer', 'read'],
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

describe('given replicas in a ring, the gateway', () => {
  const http = httpOf({ ...HA, ...ERASERS });

  it('sends erasures to the compactor, and all else to Loki', () => {
    expect(variablesOf(locationOf(http, ERASE[0] ?? ''))['$upstream']).toBe('compactor');
    expect(variablesOf(locationOf(http, WRITE[0] ?? ''))['$upstream']).toBe('loki');
    expect(directives(http, 'upstream').map(({ words, block }) => [words[1], serversOf(block)])).toEqual([
      ['compactor', ['compactor.logging.svc:3100']],
      ['loki', ['loki-0.logging.svc:3100', 'loki-1.logging.svc:3100', 'loki-2.logging.svc:3100']],
    ]);
  });

  it('keeps no connection so long that it would be there when a Loki stops', () => {
    const ring = directives(http, 'upstream')[1]?.block ?? [];
    for (const name of ['keepalive_time', 'keepalive_timeout']) expect(directive(ring, name).words[1]).toBe('3s');
  });

  it('asks the next Loki again with a query, also of a POST, and never with a push', () => {
    const repeated = locations(http).filter(({ block }) =>
      directives(block, 'proxy_next_upstream').some(({ words }) => words.includes('non_idempotent')),
    );
    expect(repeated.map(nameOf)).toEqual(expect.arrayContaining(READ) as unknown);
    for (const name of [...WRITE, ...ERASE]) expect(repeated.map(nameOf)).not.toContain(name);
    expect(directives(http, 'proxy_next_upstream')).toEqual([]);
  });

  it('leaves one that does not answer within seconds, and a query that has used up its time', () => {
    expect(directive(http, 'proxy_connect_timeout').words[1]).toBe('2s');
    expect(directive(http, 'proxy_next_upstream_timeout').words[1]).toBe('10s');
  });
});

describe('given a certificate, the gateway', () => {
  const http = httpOf({ gateway: { tls: {} } });
  const server = directives(http, 'server')[0]?.block ?? [];

  it('speaks TLS and nothing else on the port for clients', () => {
    expect(directives(server, 'listen').map(({ words }) => words)).toEqual([['listen', '8080', 'ssl']]);
    expect(directive(server, 'ssl_protocols').words.slice(1)).toEqual(['TLSv1.2', 'TLSv1.3']);
  });

  it('reads it at every handshake, so that a renewed one counts at once', () => {
    expect(directive(server, 'ssl_certificate').words[1]).toBe('$certificate/tls.crt');
    expect(directive(server, 'ssl_certificate_key').words[1]).toBe('$certificate/tls.key');
    expect(mapOf(http, '$certificate')).toEqual([['default', '/etc/nginx/tls']]);
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
    expect(JSON.stringify(http)).not.toContain('$access');
  });
});

describe('given pods whose metrics are on the port of their API, the gateway’s port for metrics', () => {
  it.each([
    ['one', {}, ['loki-0'], ['alertmanager-0']],
    ['three and a compactor', HA, ['loki-0', 'loki-1', 'loki-2', 'compactor-0'], ['alertmanager-0']],
    [
      'one beside a pair of Alertmanagers',
      { alertmanager: { type: 'embedded', replicas: 2 } as const },
      ['loki-0'],
      ['alertmanager-0', 'alertmanager-1'],
    ],
    ['one without Alertmanager', { alertmanager: { type: 'none' } as const }, ['loki-0'], []],
  ])('has the metrics of %s and nothing else of them', (_, differences, lokis, alertmanagers) => {
    const pods = [...lokis, ...alertmanagers];
    const found = locations(httpOf(differences), 8081);
    expect(found.map(nameOf)).toEqual(['= /alive', ...pods.map((pod) => `= /${pod}/metrics`), '/']);
    expect(found.filter(isProxied).map(({ block }) => directive(block, 'proxy_pass').words[1])).toEqual(
      pods.map((pod) => `http://${pod}-metrics.logging.svc:${lokis.includes(pod) ? 3100 : 9093}/metrics`),
    );
  });
});

describe('given TLS', () => {
  const http = httpOf({ environment: 'staging', gateway: { tls: {} } });

  it('tells on its second port alone for how long its certificate is good, and asks a server that the pod alone reaches', () => {
    const metrics = locations(http, 8081).find((location) => nameOf(location) === '= /metrics');
    expect(metrics?.block.map(({ words }) => words)).toEqual([
      ['proxy_ssl_certificate', '$certificate/tls.crt'],
      ['proxy_ssl_certificate_key', '$certificate/tls.key'],
      ['proxy_ssl_session_reuse', 'off'],
      ['proxy_pass', 'https://127.0.0.1:8082/'],
    ]);
    expect(locations(http).map(nameOf)).not.toContain('= /metrics');
    expect(directives(http, 'server').map(({ block }) => directive(block, 'listen').words[1])).toEqual([
      '8080',
      '8081',
      '127.0.0.1:8082',
    ]);
  });
});

test('given no TLS, nothing tells of a certificate', () => {
  const http = httpOf();
  expect(directives(http, 'server')).toHaveLength(2);
  expect(locations(http, 8081).map(nameOf)).not.toContain('= /metrics');
});

test('given a CPU limit, there are as many workers as whole cores', () => {
  const workers = (cpu: string) => {
    const config = configWith({ resources: { gateway: { limits: { cpu } } } });
    const objects = render((scope) => new Gateway(scope, 'gateway', config));
    return directive(parseNginx(fileOf(objects, 'gateway-config', 'nginx.conf')), 'worker_processes').words[1];
  };
  expect([workers('500m'), workers('1'), workers('1500m'), workers('3')]).toEqual(['1', '1', '2', '3']);
});
