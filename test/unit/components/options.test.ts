/** No option is accepted and ignored: each one, changed alone, changes an object. */
import { parseStackConfig } from '../../../src/config';
import { everything } from '../../support/config';
import { leaves, renderStack } from '../../support/manifests';

/** These say what is allowed or how to apply, and so stand in no object. */
const NOT_RENDERED: Readonly<Record<string, unknown>> = {
  environment: 'dev',
  'deploy.timeout': '1m',
  'agent.redact.0.name': 'changed',
  'deploy.skipAwait.0': 'loki',
};
/** These cannot change alone: they say which other options there are. */
const SHAPES = ['storage.type', 'deployment.mode', 'auth.loki.tenants.1.name'];
/** These change together with another one, or the config would be refused. */
const TOGETHER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'auth.loki.tenants.0.write.0': { 'agent.credential': 'changed' },
  'agent.credential': { 'auth.loki.tenants.0.write.0': 'changed' },
  'auth.loki.tenants.0.read.0': { 'grafana.credential': 'changed' },
  'grafana.credential': { 'auth.loki.tenants.0.read.0': 'changed' },
};
/** Values that {@link another} cannot make. */
const SPECIAL: Readonly<Record<string, unknown>> = {
  'retention.streams.0.selector': '{job="changed"}',
  'retention.tenants.audit.streams.0.selector': '{job="changed"}',
  'storage.endpoint': 'http://changed.example.com',
  'storage.egress.0.cidr': '10.99.0.0/16',
  'grafana.url': 'https://changed.example.com',
  'grafana.links.sentry': 'https://changed.example.com/{id}',
  'grafana.links.traces': 'https://changed.example.com/{id}',
  'grafana.datasources.prometheus.url': 'http://changed.example.com',
  'agent.positionsDirectory': '/var/lib/changed',
  'agent.files.0.format': 'redis',
  'agent.files.0.directory': '/var/log/changed',
  'agent.drop.0.selector': '{job="changed"}',
  'agent.drop.0.keep': 0.25,
  'agent.tolerations.0.operator': 'Exists',
  'agent.tolerations.0.effect': 'NoSchedule',
  'network.dns.cidrs.0': '10.99.0.1/32',
  'network.apiServer.cidrs.0': '10.99.0.1/32',
};

const render = (input: unknown) => JSON.stringify(renderStack(parseStackConfig('test', input)));
const rendered = render(everything);
const options = leaves(everything).map(([path, value]) => [path.join('.'), value] as const);

/** Another value that the same field accepts. */
function another(path: string, value: unknown): unknown {
  if (path in SPECIAL) return SPECIAL[path];
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value - 1 || 2;
  const text = String(value);
  const amount = /^(\d+)([a-zA-Z]+)$/.exec(text);
  if (amount !== null) return `${Number(amount[1]) - 1 || 2}${amount[2] ?? ''}`;
  const tag = /^(.+:\d+\.\d+\.)\d+(.*)$/.exec(text);
  return tag === null ? 'changed' : `${tag[1] ?? ''}99${tag[2] ?? ''}`;
}

function withValues(values: Readonly<Record<string, unknown>>): unknown {
  const copy: unknown = structuredClone(everything);
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    const parent = keys.slice(0, -1).reduce<unknown>((node, key) => Reflect.get(node as object, key), copy);
    Reflect.set(parent as object, keys.at(-1) ?? '', value);
  }
  return copy;
}

const rendering = options.filter(([path]) => !SHAPES.includes(path) && !(path in NOT_RENDERED));

test.each(rendering)('changing %s changes the objects', (path, value) => {
  expect(render(withValues({ [path]: another(path, value), ...TOGETHER[path] }))).not.toBe(rendered);
});

test.each(Object.entries(NOT_RENDERED))('changing %s changes no object', (path, value) => {
  expect(render(withValues({ [path]: value }))).toBe(rendered);
});
