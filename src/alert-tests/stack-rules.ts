/** The rules of a stack of this project, as its Loki has them. */
import { tenantRules } from '../alerts';
import { loadStackConfig } from '../config';
import { formatDuration } from '../config/units';
import { parseBy } from './problems';
import { type RuleGroup, ruleFileSchema } from './schema';

/**
 * All groups of all tenants of a stack.
 *
 * @param project - folder with the stack files.
 * @throws ConfigError where the stack file is wrong.
 */
export function stackRules(project: string, stack: string): readonly RuleGroup[] {
  const config = loadStackConfig(project, stack);
  const usual = formatDuration(config.alerting.interval);
  return tenantRules(config).flatMap(({ files }) =>
    Object.entries(files).flatMap(([name, { groups }]) => {
      const written = { groups: groups.map((group) => ({ interval: usual, ...group })) };
      return parseBy(ruleFileSchema, name, written).groups;
    }),
  );
}
