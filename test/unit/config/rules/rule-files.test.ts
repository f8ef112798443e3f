/** Rule files that come from ConfigMaps. What is wrong in a rule file itself: alerting.test.ts. */
import { GUILD_RULES } from '../../../support/config';
import { type Input, testRules } from './rows';

type ConfigMaps = NonNullable<NonNullable<Input['alerting']>['configMaps']>;
const FILE = { namespace: 'guilds', configMap: 'guild-rules', key: 'guilds.yaml', content: GUILD_RULES };
const configMaps = (differences: Partial<ConfigMaps> = {}, more: Input['alerting'] = {}): Input => ({
  alerting: {
    ...more,
    configMaps: { folder: 'rules', namespaces: [{ name: 'guilds' }], files: [FILE], ...differences },
  },
});
const file = (differences: Partial<typeof FILE>): Input => configMaps({ files: [{ ...FILE, ...differences }] });
const AT = 'alerting.configMaps.guilds/guild-rules/guilds.yaml';
const LONG = 'a'.repeat(200);

testRules([
  {
    rule: 'LogQL',
    broken: file({ content: GUILD_RULES.replace('[5m]', '[5m') }),
    path: `${AT}.groups[0].rules[0].expr`,
    received: '"sum(rate({job=\\"backend\\", level=\\"error\\"}[5m)) > 1"',
    remedy: 'look at at 42: )) > 1',
    kept: configMaps(),
  },
  {
    rule: 'a severity that routes know: critical, warning, info',
    broken: file({ content: GUILD_RULES.replace('severity: info', 'severity: page') }),
    path: `${AT}.groups[0].rules[0].severity`,
    received: '"page"',
    remedy: 'set the label severity to one of them',
    kept: configMaps(),
  },
  {
    rule: 'a rule file of Loki; at groups: a list is wanted',
    broken: file({ content: 'groups: none' }),
    path: AT,
    received: '"guilds/guild-rules/guilds.yaml"',
    remedy: 'mend the ConfigMap, and run npm run rules',
    kept: configMaps(),
  },
  {
    rule: 'a name that no other alert has; alerting.files[0] has it',
    broken: configMaps({}, { files: [{ path: 'mine.yaml', content: GUILD_RULES }] }),
    path: `${AT}.groups[0].rules[0]`,
    received: '"GuildErrors"',
    remedy: 'rename one of them',
    kept: configMaps({}, { files: [{ path: 'mine.yaml', content: GUILD_RULES.replace('GuildErrors', 'MyErrors') }] }),
  },
  {
    rule: 'a name that no other alert has; alerting.configMaps.guilds/guild-rules/guilds.yaml has it',
    broken: configMaps({ files: [FILE, { ...FILE, configMap: 'other' }] }),
    path: 'alerting.configMaps.guilds/other/guilds.yaml.groups[0].rules[0]',
    received: '"GuildErrors"',
    remedy: 'rename one of them',
    kept: configMaps({
      files: [FILE, { ...FILE, configMap: 'other', content: GUILD_RULES.replace('GuildErrors', 'MyErrors') }],
    }),
  },
  {
    rule: 'a file name that no other file of the tenant has',
    broken: configMaps({}, { files: [{ path: 'guilds_guild-rules_guilds.yaml', content: 'groups: []' }] }),
    path: AT,
    received: '"guilds/guild-rules/guilds.yaml"',
    remedy: 'rename the file',
    kept: configMaps({}, { files: [{ path: 'guilds.yaml', content: 'groups: []' }] }),
  },
  {
    rule: 'a namespace that is there once',
    broken: configMaps({ namespaces: [{ name: 'guilds' }, { name: 'guilds' }] }),
    path: 'alerting.configMaps.namespaces[1].name',
    received: '"guilds"',
    remedy: 'remove it',
    kept: configMaps({ namespaces: [{ name: 'guilds' }, { name: 'users' }] }),
  },
  {
    rule: 'a file of a listed namespace: users',
    broken: configMaps({ namespaces: [{ name: 'users' }] }),
    path: AT,
    received: '"guilds_guild-rules_guilds.yaml"',
    remedy: 'run npm run rules, which removes it, or list the namespace',
    kept: configMaps(),
  },
  {
    rule: 'names of namespace, ConfigMap and key that have at most 253 characters together',
    broken: file({ configMap: LONG, key: `${'b'.repeat(43)}.yaml` }),
    path: `alerting.configMaps.guilds/${LONG}/${'b'.repeat(43)}.yaml`,
    received: `"guilds_${'a'.repeat(192)}…`,
    remedy: 'shorten the name of the ConfigMap or of its key',
    kept: file({ configMap: LONG, key: `${'b'.repeat(42)}.yaml` }),
  },
  {
    rule: 'a tenant of auth.loki.tenants (spywatcher)',
    broken: configMaps({ namespaces: [{ name: 'guilds', tenant: 'audit' }] }),
    path: 'alerting.configMaps.namespaces[0].tenant',
    received: '"audit"',
    remedy: 'add the tenant there, or remove it here',
    kept: configMaps({ namespaces: [{ name: 'guilds', tenant: 'spywatcher' }] }),
  },
]);
