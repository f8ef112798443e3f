/**
 * `grafana.ini`: the settings that have no environment variable, and those that a stack file adds. Grafana reads every key of
 * the file. It reads a variable only for a key of the file or of its own `defaults.ini` (pkg/setting/setting.go). A variable
 * overrides the file, so the file cannot change the stack's own settings.
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

/** Backquotes make ini.v1 read every character as it is: `;` and `#` begin no comment, and `\\` joins no lines. */
function written(value: string | number | boolean): string {
  return typeof value === 'string' ? `\`${value}\`` : String(value);
}
