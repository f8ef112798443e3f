/** `grafana.ini`, with the settings that have no environment variable. */
import type { StackConfig } from '../../config';
import { iniSettings } from '../../config/derived/grafana-settings';

/** The whole file. */
export function grafanaIni(grafana: StackConfig['grafana']): string {
  return Object.entries(iniSettings(grafana))
    .map(([section, settings]) =>
      [`[${section}]`, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`)].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}
