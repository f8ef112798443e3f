/**
 * `grafana.ini`: the settings that have no environment variable, and those that a stack file adds. Of variables, Grafana reads
 * only those whose key is in its own `defaults.ini`; of a file it reads every key (pkg/setting/setting.go). Variables count more
 * than the file, so nothing in it can change what the stack sets.
 */
import type { StackConfig } from '../../config';
import { iniSettings } from '../../config/derived/grafana-settings';

/** The whole file. */
export function grafanaIni(grafana: StackConfig['grafana']): string {
  const own = iniSettings(grafana);
  const sections = [...new Set([...Object.keys(own), ...Object.keys(grafana.settings)])];
  return sections
    .map((section) => {
      const settings = Object.entries({ ...own[section], ...grafana.settings[section] });
      return `[${section}]\n${settings.map(([key, value]) => `${key} = ${written(value)}\n`).join('')}`;
    })
    .join('\n');
}

/** Between backquotes, ini.v1 takes every character as it is: neither `;` nor `#` begins a comment, no `\\` joins two lines. */
function written(value: string | number | boolean): string {
  return typeof value === 'string' ? `\`${value}\`` : String(value);
}
