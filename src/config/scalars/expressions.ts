/** Scalars that another program reads as an expression: selectors, RE2, LDAP filters. */
import { z } from 'zod';
import { unreadableCharacter } from '../../syntax/characters';
import { unquoted } from '../../syntax/go-text';
import { type Re2, re2, re2Fault } from '../../syntax/re2';
import { type Matcher, matchersIn, matchersOf } from '../selector';
import { type RuleParams, says, withPattern } from './base';

/** Label matchers only, as Loki's `retention_stream` needs them: `{job="security"}`. */
export const streamSelector = () =>
  withPattern(
    'stream selector',
    /^\{\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*"(\s*,\s*[A-Za-z_]\w*\s*(=|!=|=~|!~)\s*"([^"\\]|\\.)*")*\s*\}$/,
    {
      rule: 'a stream selector of label matchers, without filters or parsers',
      remedy: `write for example '{job="security"}'`,
    },
  ).superRefine((text, context) => {
    const character = unreadableCharacter(text);
    if (character !== undefined) report(context, noCharacter(character), CHARACTER_REMEDY);
    for (const { label, operator, quoted } of matchersIn(text)) {
      const value = unquoted(quoted);
      const fault = value === undefined || !operator.endsWith('~') ? undefined : re2Fault(value);
      if (value === undefined)
        report(context, `${label}: a text with escapes that Go knows`, `replace ${quoted}; write a backslash twice`);
      if (fault !== undefined) report(context, `${label}: ${RE2.rule}; RE2 says: ${fault}`, RE2.remedy);
    }
  });

const MATCHER_RULE = {
  rule: 'a matcher of one label: its name, one of = != =~ !~, and a value in double quotes',
  remedy: `write for example 'namespace=~"shop-.*"'`,
};

/** A matcher of Alertmanager, as its value: one label, one of four operators, and a text or an expression in RE2. */
export const alertMatcher = (): z.ZodType<Matcher, string> =>
  withPattern('matcher of alerts', /^\s*[A-Za-z_]\w*\s*(=~|!~|!=|=)\s*"([^"\\]|\\.)*"\s*$/, MATCHER_RULE)
    .superRefine((text, context) => {
      for (const { quoted, operator } of matchersIn(text)) {
        const value = unquoted(quoted);
        const character = unreadableCharacter(value ?? '');
        const fault = value === undefined || !operator.endsWith('~') ? undefined : re2Fault(value);
        if (value === undefined) report(context, 'a text with escapes that Go knows', 'write a backslash twice');
        if (character !== undefined) report(context, noCharacter(character), 'remove it');
        if (fault !== undefined) report(context, `${RE2.rule}; RE2 says: ${fault}`, MATCHER_RULE.remedy);
      }
    })
    .transform((text) => matchersOf(text)[0] ?? { label: '', operator: '=', value: '' });

/** Words of a message, as a template of Alertmanager. Rules check it, with the templates that it may call. */
export const messageText = () =>
  z
    .string()
    .min(1)
    .meta({ title: 'template of Alertmanager', patternErrorMessage: 'a template that Alertmanager can fill' });

const RE2 = {
  rule: 'a regular expression in RE2 syntax: no look-around, no back-references',
  remedy: String.raw`write for example "GET /health[ ?]", with a backslash doubled inside of double quotes`,
};

const noCharacter = (character: string): string =>
  `a text without control characters and line separators: ${character}`;
const CHARACTER_REMEDY = String.raw`remove it, or write it as an escape of RE2: \x{2028}`;

/** An expression in RE2, for the agent. */
const expression = (isUseless: (expression: Re2) => boolean, useless: RuleParams) =>
  z
    .string(says(RE2))
    .superRefine((text, context) => {
      const read = re2(text);
      const character = unreadableCharacter(text);
      if (character !== undefined) report(context, noCharacter(character), CHARACTER_REMEDY);
      else if (typeof read === 'string') report(context, `${RE2.rule}; RE2 says: ${read}`, RE2.remedy);
      else if (isUseless(read)) report(context, useless.rule, useless.remedy);
    })
    .meta({ title: 'RE2 expression', patternErrorMessage: RE2.rule });

/** Lines with little in common. An expression that matches all of them matches every line. */
const LINES = ['a', 'B', '0', ' ', '-', '{', '\u{10fffd}'];

/** An expression that drops lines. One that matches every line is refused, such as `GET /health|` with its empty alternative. */
export const dropPattern = () =>
  expression(({ finds }) => LINES.every(finds), {
    rule: 'an expression that not every line matches: it would drop them all',
    remedy: 'remove an empty alternative (a|) or a star; leave patterns out where every line of the streams is meant',
  });

/** An expression whose named groups are taken out of a line. */
export const extractExpression = () =>
  expression(({ names }) => names.length === 0, {
    rule: 'an expression with a group that has a name',
    remedy: 'write for example shop=(?P<shop>[a-z]+)',
  });

/** An expression that is redacted. One that matches the empty text is refused, because it matches between any two letters. */
export const redactExpression = () =>
  expression(({ finds }) => finds(''), {
    rule: 'an expression that does not match the empty text: nothing would be taken out there',
    remedy: 'remove an empty alternative (a|), or write + in place of *',
  });

function report(context: z.RefinementCtx, rule: string, remedy: string): void {
  context.addIssue({ code: 'custom', params: { rule, remedy } });
}

/** An LDAP filter in which `%s` stands for the typed name. */
export const ldapFilter = () =>
  withPattern('LDAP filter', /^\((?=[^$"'\n\r]*%s)[^$"'\n\r]+\)$/, {
    rule: 'an LDAP filter in parentheses that holds %s, the name that was typed',
    remedy: 'write for example (sAMAccountName=%s)',
  });
