/** The docker-compose files of the original description: its services are this stack's components. */
import { isMapping } from '../../config/mapping';
import type { Found } from './found';
import { leaves, left, missing, type Outcome, type Row, secret } from './source';

const IMAGES: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)loki(?:[:@]|$)/, 'Loki is a part of every stack; give its config file with --config'],
  [/(?:^|\/)promtail(?:[:@]|$)/, 'the agent is a part of every stack'],
  [/(?:^|\/)grafana(?:-oss|-enterprise)?(?:[:@]|$)/, 'Grafana is a part of every stack'],
];

export const COMPOSE: readonly Row<Found>[] = [
  { from: 'services.*', read: readService },
  ...leaves<Found>('Kubernetes has its own', 'version', 'name', 'networks', 'volumes', 'configs', 'x-logging'),
  { from: 'secrets', read: () => secret('`npm run secrets`') },
];

function readService(value: unknown): Outcome {
  const written = isMapping(value) ? value['image'] : undefined;
  const image = typeof written === 'string' ? written : '';
  const [, why] = IMAGES.find(([pattern]) => pattern.test(image)) ?? [];
  return why === undefined
    ? missing('it is no part of a logging stack; its lines are read: docs/sources.md')
    : left(why);
}
