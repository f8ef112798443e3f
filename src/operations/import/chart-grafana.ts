/** Values of the Grafana chart. */
import { isMapping } from '../../config/mapping';
import { destinationOf } from './destination';
import type { Found } from './found';
import { ingressOf } from './ingress';
import { podRows } from './pods';
import { type Roles, rolesOf } from './roles';
import { below, leaves, left, missing, type Outcome, type Path, type Row, secret } from './source';

type GrafanaRow = Row<Found>;
type Section = Readonly<Record<string, unknown>>;

const BY_STACK = 'the stack sets it itself';

const to =
  (key: string) =>
  (value: unknown, found: Found): Outcome =>
    found.put(key, value);

/** Sections of `grafana.ini`, a key whose name has a dot. */
const INI: readonly GrafanaRow[] = below(
  ['grafana.ini'],
  [
    { from: 'server.root_url', read: readUrl },
    { from: 'server.domain', read: () => left('it follows from `grafana.url`') },
    { from: 'server.serve_from_sub_path', read: () => left('it follows from `grafana.url`') },
    { from: 'smtp', read: readSmtp },
    { from: 'database', read: readDatabase },
    { from: ['auth.generic_oauth'], read: readOidc },
    ...['auth.github', 'auth.google'].map((name) => ({
      from: [name],
      read: () => missing(`\`grafana.login.oauth.${name.slice(5)}\``),
    })),
    { from: ['auth.ldap'], read: () => missing('`grafana.login.ldap`') },
    { from: '*.*', read: readSetting },
  ],
);

export const CHART_GRAFANA: readonly GrafanaRow[] = [
  { from: 'replicas', read: to('grafana.replicas') },
  { from: 'adminUser', read: to('grafana.login.adminUser') },
  { from: 'adminPassword', read: () => secret('the key `password` of the Secret `grafana.login.adminSecret`') },
  { from: 'admin', read: () => left('the first user’s password is in the Secret `grafana.login.adminSecret`') },
  { from: 'persistence.size', read: to('grafana.persistence.size') },
  { from: 'persistence.storageClassName', read: to('grafana.persistence.storageClass') },
  { from: 'ingress', read: readIngress },
  ...INI,
  {
    from: 'datasources',
    read: () => missing('the stack’s Loki is there already; others are `grafana.datasources`'),
  },
  { from: 'dashboards', read: () => missing('put them into a folder: `grafana.dashboards`') },
  { from: 'plugins', read: () => missing('plugins are pinned: `grafana.plugins`') },
  { from: 'alerting', read: () => missing('alerts are `alerting`, receivers `alertmanager`') },
  { from: 'ldap', read: () => missing('`grafana.login.ldap`') },
  { from: 'envFromSecret', read: () => secret('Secrets have names of the stack: docs/reference/secrets.md') },
  ...podRows('', 'grafana'),
  ...leaves<Found>(
    BY_STACK,
    ...['dashboardProviders', 'dashboardsConfigMaps', 'rbac', 'serviceAccount', 'service', 'headlessService'],
    ...['useStatefulSet', 'initChownData', 'persistence', 'podPortName', 'createConfigmap', 'defaultCurlOptions'],
  ),
  ...leaves<Found>('dashboards and datasources are in the stack file; nobody watches ConfigMaps', 'sidecar'),
  ...leaves<Found>('the image is pinned: `images.grafana`', 'image', 'downloadDashboardsImage', 'testFramework'),
  ...leaves<Found>('scrape targets are part of a stack: `monitoring`', 'serviceMonitor', 'networkPolicy'),
  ...leaves<Found>(
    'it is about the chart itself',
    ...['nameOverride', 'fullnameOverride', 'namespaceOverride', 'enabled', 'assertNoLeakedSecrets', 'global'],
  ),
];

function readUrl(value: unknown, found: Found): Outcome {
  return typeof value === 'string' && /[%{$]/.test(value)
    ? left('it is a template; `grafana.url` follows from the Ingress')
    : found.put('grafana.url', value);
}

function readIngress(value: unknown, found: Found): Outcome {
  const ingress = ingressOf(value);
  if (ingress === undefined) return left('it is off');
  const { host, keys } = ingress;
  if (host !== undefined && found.draft.get('grafana.url') === undefined)
    found.put('grafana.url', `${keys['tls'] === undefined ? 'http' : 'https'}://${host}`);
  return found.put('grafana.ingress', keys);
}

/** `host` has the port with it. */
function readSmtp(value: unknown, found: Found): Outcome {
  if (!isMapping(value) || value['enabled'] !== true) return left('it is off');
  const [host = '', port = '25'] = String(value['host']).split(':');
  return found.put('grafana.smtp', {
    host,
    port: Number(port),
    from: value['from_address'],
    ...(value['user'] === undefined ? {} : { user: value['user'] }),
    egress: [destinationOf(`https://${host}:${port}`)],
  });
}

function readDatabase(value: unknown, found: Found): Outcome {
  if (!isMapping(value) || value['type'] !== 'postgres')
    return missing('Grafana keeps its data in a file or in PostgreSQL');
  const [host = '', port = '5432'] = String(value['host']).split(':');
  return found.put('grafana.database', {
    type: 'postgres',
    host,
    port: Number(port),
    ...(value['name'] === undefined ? {} : { name: value['name'] }),
    ...(value['user'] === undefined ? {} : { user: value['user'] }),
    ...(value['ssl_mode'] === undefined ? {} : { sslMode: value['ssl_mode'] }),
    egress: [destinationOf(`https://${host}:${port}`)],
  });
}

/** Roles are given by groups here, and there by an expression. */
function readOidc(value: unknown, found: Found): Outcome {
  if (!isMapping(value) || value['enabled'] === false) return left('it is off');
  const { name, client_id, auth_url, token_url, api_url, scopes, groups_attribute_path } = value;
  const { allowed_domains, allowed_groups, role_attribute_path: path, role_attribute_strict: isStrict } = value;
  const roles = typeof path === 'string' ? rolesOf(path) : undefined;
  if (path !== undefined && roles === undefined)
    found.note('Roles follow from groups: give `grafana.login.oauth.generic.roles` in place of `role_attribute_path`.');
  if (value['client_secret'] !== undefined)
    found.note('The client secret is the key `generic` of the Secret `grafana.login.oauth.secret`.');
  const domains = words(allowed_domains);
  const groups = words(allowed_groups);
  const claim = groups_attribute_path ?? roles?.claim;
  return found.put('grafana.login.oauth.generic', {
    type: 'oidc',
    name: name ?? 'OAuth',
    clientId: client_id,
    authUrl: auth_url,
    tokenUrl: token_url,
    apiUrl: api_url,
    ...(scopes === undefined ? {} : { scopes: words(scopes) }),
    ...(claim === undefined ? {} : { groupsClaim: claim }),
    ...(domains.length === 0 ? {} : { domains }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(roles === undefined ? {} : rolesSection(roles, isStrict === true, domains.length + groups.length > 0, found)),
    egress: [destinationOf(String(token_url))],
  });
}

const words = (text: unknown): readonly string[] =>
  typeof text === 'string' ? text.split(/[\s,]+/).filter((word) => word !== '') : [];

/** @param isNarrowed - whether not everyone whom the provider knows may log in. */
function rolesSection(roles: Roles, isStrict: boolean, isNarrowed: boolean, found: Found): Section {
  const { admin, editor, viewer } = roles;
  if (viewer.length > 0)
    found.note(
      `Groups that may look (${viewer.join(', ')}) have no role of their own here: they are among \`groups\`.`,
    );
  // Everyone else comes in as one of these groups.
  const groups = viewer.length === 0 || isNarrowed ? {} : { groups: [...admin, ...editor, ...viewer] };
  // Without a role, Grafana lets people look, unless it is strict.
  const others = viewer.length > 0 ? 'viewer' : (roles.others ?? (isStrict ? 'none' : 'viewer'));
  const isOpen = others !== 'none' && !isNarrowed && viewer.length === 0;
  if (isOpen)
    found.note(
      `Everyone whom the provider knows could log in, as ${others}. Here only those of a group with a role can: give \`groups\` or \`domains\`, and \`roles.others: ${others}\`, to let others in.`,
    );
  return {
    ...groups,
    roles: {
      ...(admin.length === 0 ? {} : { admin }),
      ...(editor.length === 0 ? {} : { editor }),
      others: isOpen ? 'none' : others,
    },
  };
}

/** Any other setting: those that the stack sets itself, or that are secrets, are refused with the reason. */
function readSetting(value: unknown, found: Found, path: Path): Outcome {
  const [, section = '', key = ''] = path;
  const own = found.draft.get('grafana.settings');
  const settings = isMapping(own) ? own : {};
  const before = settings[section];
  const outcome = found.put('grafana.settings', {
    ...settings,
    [section]: { ...(isMapping(before) ? before : {}), [key]: value },
  });
  return outcome.kind === 'missing' && outcome.why?.includes(BY_STACK) === true ? left(BY_STACK) : outcome;
}
