/** Secret values that a test can find again wherever they turn up. */
import { createHash } from 'node:crypto';
import type { StackConfig } from '../../src/config';
import { requiredSecrets } from '../../src/secrets/values';
import type { SecretValues } from '../../src/secrets/row';

/** One distinct value for each secret of a stack, each as long and as mixed as a real one. */
export function plantedSecrets(config: StackConfig): SecretValues {
  return planted(requiredSecrets(config).filter(({ required = true }) => required));
}

/** The same, and one for each password before the present one. */
export function allPlantedSecrets(config: StackConfig): SecretValues {
  return planted(requiredSecrets(config));
}

/** What somebody hands out has a form of its own. */
function inForm(rule: string, value: string): string {
  if (rule.startsWith('a certificate')) return `-----BEGIN CERTIFICATE-----\n${value}\n-----END CERTIFICATE-----\n`;
  if (rule.startsWith('the URL of a webhook of Discord'))
    return `https://discord.com/api/webhooks/112233445566778899/${value}`;
  if (rule.startsWith('the URL of an incoming webhook of Slack'))
    return `https://hooks.slack.com/services/T0/B0/${value}`;
  if (rule.startsWith('a URL with https')) return `https://hooks.example.com/${value}`;
  if (rule.startsWith('the URL of a workflow of Teams'))
    return `https://prod-1.westeurope.logic.azure.com:443/workflows/a1/triggers/manual/paths/invoke?sp=run&sig=${value}`;
  const letters = (count: number): string =>
    value
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .padEnd(count, '0')
      .slice(0, count);
  if (rule.startsWith('the URL of an incoming webhook of Mattermost'))
    return `https://chat.example.com/hooks/${letters(26).toLowerCase()}`;
  if (rule.startsWith('the token of a bot of Telegram')) return `112233445:${value}`;
  if (/of Pushover/.test(rule)) return letters(30);
  return rule.startsWith('an integration key') || rule.startsWith('an API key') ? letters(32) : value;
}

function planted(secrets: ReturnType<typeof requiredSecrets>): SecretValues {
  return Object.fromEntries(
    secrets.map(({ path, rule }) => {
      // As a generator would have made it, and no other's.
      const value = `planted-${createHash('sha256').update(path).digest('base64url').slice(0, 32)}`;
      return [path, inForm(rule, value)];
    }),
  );
}
