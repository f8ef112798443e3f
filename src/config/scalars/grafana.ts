/** What Grafana knows things by, and what it takes as their settings. */
import { z } from 'zod';
import { says, withPattern } from './base';
import { HOST, URL_PATTERN } from './addresses';

/** uid of a datasource; it is a part of the names of secrets, too. */
export const datasourceUid = () =>
  withPattern('datasource uid', /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, {
    rule: 'a uid: 1 to 40 lower-case letters, digits and hyphens, the first and the last a letter or digit',
    remedy: 'write for example tempo',
  });

/** Title of a folder of dashboards. Grafana calls the folder of those that are in none General, and creates no other. */
export const dashboardFolderTitle = () =>
  withPattern('folder title', /^(?!general$)[^\s'"`$\\;#{}/]([^'"`$\\;#{}\n\r\t/]{0,98}[^\s'"`$\\;#{}/])?$/i, {
    rule: 'a title of a folder: 1 to 100 characters on one line, without quotes, $ # ; { } / and backslashes; not General',
    remedy: 'write for example Shop',
  });

/** Id of a plugin, as grafana.com has it in its address. */
export const pluginId = () =>
  withPattern('plugin id', /^[a-z0-9]+(?:-[a-z0-9]+){0,7}$/, {
    rule: 'the id of a plugin: lower-case letters, digits and single hyphens',
    remedy: 'write for example grafana-clickhouse-datasource',
  });

/** One release of a plugin. */
export const pluginVersion = () =>
  withPattern('plugin version', /^\d{1,5}\.\d{1,5}\.\d{1,5}(?:-[\w.]{1,40})?$/, {
    rule: 'a whole version: three numbers with dots, and what may follow a hyphen',
    remedy: "write for example '1.0.41'",
  });

/** Folder of an image. Volumes hide the folders that are excluded. */
export const pluginFolder = () =>
  withPattern('plugin folder', /^(?!\/(?:var\/lib\/grafana|etc|tmp|proc|sys|dev)(?:\/|$))(?:\/[A-Za-z0-9_][\w.-]*)+$/, {
    rule: 'an absolute folder of the image, outside of /var/lib/grafana, /etc and /tmp, which volumes hide',
    remedy: 'write for example /opt/grafana-plugins',
  });

/** Where a datasource is. Those of databases have no scheme. */
export const datasourceAddress = () =>
  withPattern('datasource address', new RegExp(`${URL_PATTERN('http', 'https')}|^${HOST}:[1-9]\\d{0,4}$`), {
    rule: 'a URL with http or https, or host:port of a database; without user and password, spaces, quotes and $',
    remedy: 'write for example http://tempo.tracing.svc:3200, or db.example.com:5432',
  });

/** Name of a secret setting of a datasource: a key of `secureJsonData`. */
export const secretSetting = () =>
  withPattern('secret setting', /^[A-Za-z][A-Za-z0-9]{0,60}$/, {
    rule: 'the name of a secret setting, a key of secureJsonData: letters and digits',
    remedy: 'write for example basicAuthPassword',
  });

/** Certificates as openssl writes them. Their rule looks into them. */
export const certificates = () =>
  withPattern(
    'certificates',
    /^(?:-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,76}\n)+-----END CERTIFICATE-----(?:\n|$))+$/,
    {
      rule: 'one or more certificates as PEM, each from its BEGIN to its END, and nothing else',
      remedy: 'write the text of the file after |, without its private key',
    },
  );

/** Section of Grafana’s own settings. */
export const grafanaSection = () =>
  withPattern('section of settings', /^[A-Za-z][\w.-]{0,99}$/, {
    rule: 'a section of Grafana’s settings: letters, digits, dots, hyphens and underscores, the first a letter',
    remedy: 'write for example users, or auth.jwt',
  });

/** Key of a section. Only the section of HTTP headers has keys with hyphens. */
export const grafanaKey = () =>
  withPattern('key of settings', /^[A-Za-z][\w-]{0,99}$/, {
    rule: 'a key of Grafana’s settings: letters, digits, hyphens and underscores, the first a letter',
    remedy: 'write for example default_theme',
  });

const VALUE_RULE = {
  rule: 'true, false, a number or a text of 1 to 2000 characters on one line, without ` and ${ and $__ and %(, which Grafana reads as the end of a value or expands',
  remedy: 'write for example light, 30 or true',
};

/** No control character, and nothing that Grafana expands. */
const SETTING = /^(?!.*(?:\$\{|\$__|%\())[^`\p{Cc}]{1,2000}$/u;

/** Value of one of Grafana’s settings. An empty one would leave Grafana’s default. */
export const grafanaValue = () =>
  z
    .union([z.string(), z.number(), z.boolean()], says(VALUE_RULE))
    .refine((value) => (typeof value === 'string' ? SETTING.test(value) : Number.isFinite(Number(value))), {
      params: { ...VALUE_RULE },
    })
    .meta({ title: 'setting', patternErrorMessage: VALUE_RULE.rule });

const JSON_RULE = {
  rule: 'settings of the datasource, a mapping of names to texts, numbers, lists and mappings',
  remedy: 'write for example { timeInterval: 30s }',
};

/** `jsonData` of a datasource: each plugin has its own. */
export const datasourceSettings = () =>
  z
    .record(z.string(), z.unknown(), says(JSON_RULE))
    .meta({ title: 'datasource settings', patternErrorMessage: JSON_RULE.rule });
