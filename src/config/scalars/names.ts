/** Names, ids, and texts of one line. */
import { z } from 'zod';
import { EVERY_OBJECT_HAS, parsed, says, withPattern } from './base';

/** Loki's own rule for tenant ids, without `|`, which joins tenants in a query. */
export const tenantName = () =>
  withPattern('tenant id', new RegExp(`^(?!(?:\\.{1,2}|${EVERY_OBJECT_HAS})$)[A-Za-z0-9!\\-_.*'()]{1,150}$`), {
    rule: "a tenant id: 1 to 150 of A-Z a-z 0-9 ! - _ . * ' ( ), not . or .., nor a word like constructor",
    remedy: 'write for example spywatcher',
  });

/** Name of an alert, which is also the anchor of its runbook. */
export const alertName = () =>
  withPattern('alert name', /^[A-Z][A-Za-z0-9]{2,62}$/, {
    rule: 'a name in PascalCase: letters and digits, the first a capital',
    remedy: 'write for example HighErrorRate',
  });

/** Name of a metric. */
export const metricName = () =>
  withPattern('metric name', /^[A-Za-z_:][A-Za-z0-9_:]*$/, {
    rule: 'the name of a metric: letters, digits, _ and :',
    remedy: 'write for example job:log_lines:rate5m',
  });

/** Name of a field in a line, in one of its spellings. */
export const fieldName = () =>
  withPattern('field name', /^[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*$/, {
    rule: 'the name of a field: letters and digits, words joined by _ or -',
    remedy: 'write for example tokens, or maxTokens',
  });

/** Name of a cluster, as clouds and tools allow them. It is the value of a label. */
export const clusterName = () =>
  withPattern('cluster', /^[A-Za-z0-9](?:[\w-]{0,98}[A-Za-z0-9])?$/, {
    rule: 'the name of a cluster: at most 100 letters, digits, hyphens and underscores, the first and the last a letter or digit',
    remedy: 'write for example east',
  });

/** Id of a Discord guild or user. As a number, YAML would read it inexactly. */
export const snowflake = () =>
  withPattern('Discord id', /^[0-9]{17,20}$/, {
    rule: 'a Discord id: 17 to 20 digits, in quotes',
    remedy: "write for example '81384788765712384'",
  });

/** Name of a GitHub organisation. */
export const githubOrganization = () =>
  withPattern('GitHub organisation', /^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, {
    rule: 'the name of a GitHub organisation: letters, digits and single hyphens',
    remedy: 'write for example spywatcher, not its URL',
  });

/** A team of a GitHub organisation, as a mention on GitHub. */
export const githubTeam = () =>
  withPattern('GitHub team', /^@[A-Za-z0-9-]+\/[a-z0-9_-]+$/, {
    rule: 'a GitHub team as @organisation/team',
    remedy: "write for example '@spywatcher/operators'",
  });

/** An LDAP distinguished name. */
export const distinguishedName = () =>
  withPattern('distinguished name', /^[A-Za-z][\w-]*=[^$"'\n\r]+(,[A-Za-z][\w-]*=[^$"'\n\r]+)*$/, {
    rule: 'an LDAP distinguished name',
    remedy: 'write for example cn=grafana,ou=services,dc=example,dc=com',
  });

/** Name of a label of an alert. */
export const labelName = () =>
  withPattern('label name', /^[A-Za-z_][A-Za-z0-9_]*$/, {
    rule: 'the name of a label: letters, digits and underscores',
    remedy: 'write for example alertname',
  });

/** A name in Loki's limits: of a tag of queries, or of a policy. Loki's YAML gives a meaning to others, such as `<<`. */
export const limitName = (what: string) =>
  withPattern(what, /^[A-Za-z0-9_-]{1,100}$/, {
    rule: `${what}: 1 to 100 letters, digits, hyphens and underscores`,
    remedy: 'write for example grafana',
  });

/** Name of a template of messages. */
export const templateName = () =>
  withPattern(
    'name of a template',
    new RegExp(`^(?!(?:${EVERY_OBJECT_HAS})$)[a-z][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*$`),
    {
      rule: 'the name of a template: letters, digits, hyphens and underscores, words joined by dots, the first letter small',
      remedy: 'write for example team.title',
    },
  );

/** Text for one setting. It contains no variable of Grafana's (`$`, `%(…)s`), and no character that ends the setting. */
export const settingText = (what: string, example: string) =>
  withPattern('plain text', /^(?!.*%\()[^\s'"`$\\;#{}]([^'"`$\\;#{}\n\r\t]{0,253}[^\s'"`$\\;#{}])?$/, {
    rule: `${what}: 1 to 255 characters on one line, without quotes, $ # ; { } %( and backslashes`,
    remedy: `write for example ${example}`,
  });

/** A user of HTTP’s basic authentication, for a YAML file in which `$` begins a variable. */
export const basicAuthUser = () =>
  withPattern('user', /^[^\s'"`$\\:]([^'"`$\\:\n\r\t]{0,253}[^\s'"`$\\:])?$/, {
    rule: 'a user: 1 to 255 characters on one line, without a colon, quotes, $ and backslashes',
    remedy: 'write for example spywatcher-logs',
  });

/** Name of a label of lines, or of what is kept beside them. */
export const lineLabelName = () =>
  withPattern('label of lines', new RegExp(`^(?!(?:${EVERY_OBJECT_HAS})$)[A-Za-z][A-Za-z0-9_]{0,39}$`), {
    rule: 'the name of a label of lines: a letter, then letters, digits and underscores, at most 40',
    remedy: 'write for example team',
  });

/** Where a field of a line is: a key, or keys of JSON with a dot between two. */
export const fieldPath = () =>
  withPattern('path of a field', /^(?=.{1,100}$)[A-Za-z_@][\w@-]*(?:\.[A-Za-z_@][\w@-]*)*$/, {
    rule: 'the key of a field, or keys with a dot between two: letters, digits, _, - and @',
    remedy: 'write for example order.id',
  });

/** Name of a group of an expression. Agents have notes of their own under names that begin with `own_`. */
export const groupName = () =>
  withPattern('name of a group', /^(?!own_)[A-Za-z_]\w{0,39}$/, {
    rule: 'the name of a group of the expression: letters, digits and underscores, at most 40, not own_ first',
    remedy: 'write for example shop, for (?P<shop>…)',
  });

/** Value of a label of lines, of the form that values of pods' labels have. */
export const lineLabelValue = () =>
  withPattern('value of a label of lines', /^[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/, {
    rule: 'the value of a label of lines: 1 to 63 letters, digits, - _ and ., the first and the last a letter or digit',
    remedy: "write for example eu-central-1, or '1' in quotes",
  });

/** Value of a label of an alert. */
export const labelValue = () =>
  withPattern('label value', /^[^\n\r\x85\u2028\u2029]+$/, {
    rule: 'the value of a label: not empty, on one line, in quotes if it is a number',
    remedy: 'write for example backend',
  });

const CLAIM_RULE = {
  rule: 'the name of a claim, or a path of names with dots between them; a name with dots of its own in a list; without quotes, $ # ; { } and backslashes',
  remedy: 'write for example groups, realm_access.roles or [https://example.com/roles]',
};
const CLAIM_PATTERN = /^(?:[^\s'"`$\\;#{}.]+|[\w-]+(?:\.[\w-]+)+)$/;
const CLAIM_NAME = /^[^\s'"`$\\;#{}]+$/;

/** A claim of a token, as the path of names to it. */
export const claim = (): z.ZodType<readonly string[], string | readonly string[]> =>
  parsed(
    z
      .union([z.string().meta({ pattern: CLAIM_PATTERN.source }), z.array(z.string()).min(1)], says(CLAIM_RULE))
      .meta({ title: 'claim', patternErrorMessage: CLAIM_RULE.rule }),
    (written) => {
      const [names, pattern] =
        typeof written === 'string' ? [written.split('.'), CLAIM_PATTERN] : [written, CLAIM_NAME];
      return [written].flat().every((name) => pattern.test(name)) ? names : undefined;
    },
    CLAIM_RULE,
  );
