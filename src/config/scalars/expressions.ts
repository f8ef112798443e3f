/** What another program reads as an expression. */
import { z } from 'zod';
import { says, withPattern } from './base';

/** `{job="security"}`: label matchers only, as retention_stream wants. */
export const streamSelector = () =>
  withPattern(
    'stream selector',
    /^\{\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*"(\s*,\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*")*\s*\}$/,
    {
      rule: 'a stream selector of label matchers, without filters or parsers',
      remedy: `write for example '{job="security"}'`,
    },
  );

/** Look-around, back-references and the like, which RE2 does not have. */
const NOT_RE2 = /\(\?(?:<?[=!]|>)|\\[1-9]|\\k</;

/** An expression for the agent, which reads RE2: what JavaScript refuses, or RE2 is known to lack, is refused here. */
export const expression = () => {
  const params = {
    rule: 'a regular expression in RE2 syntax: no look-around, no back-references',
    remedy: String.raw`write for example "GET /health[ ?]", with a backslash doubled inside of double quotes`,
  };
  const accepts = (text: string): boolean => {
    if (text === '' || NOT_RE2.test(text)) return false;
    try {
      new RegExp(text.replace(/^\(\?[imsU]+\)/, '').replaceAll('(?P<', '(?<'), 'v');
      return true;
    } catch {
      return false;
    }
  };
  return z
    .string(says(params))
    .refine(accepts, { params: { ...params } })
    .meta({ title: 'RE2 expression', patternErrorMessage: params.rule });
};

/** An LDAP filter in which `%s` stands for the name that was typed. */
export const ldapFilter = () =>
  withPattern('LDAP filter', /^\((?=[^$"'\n\r]*%s)[^$"'\n\r]+\)$/, {
    rule: 'an LDAP filter in parentheses that holds %s, the name that was typed',
    remedy: 'write for example (sAMAccountName=%s)',
  });
