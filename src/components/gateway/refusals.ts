/** The gateway's refusals: the status of each, its words as JSON, and the checks that end in one. */
import type { Directive } from '../kit/nginx';

const REFUSALS = [
  { name: '@unauthorized', status: 401, error: 'a credential is missing, or it is wrong' },
  { name: '@forbidden', status: 403, error: 'this credential is for something else' },
  { name: '@method', status: 405, error: 'not a method of this path' },
  { name: '@too-large', status: 413, error: 'the request is larger than a tenant may push at once' },
  { name: '@too-many', status: 429, error: 'too many refused requests or tails; try again later' },
  { name: '@unavailable', status: 502, error: 'Loki does not answer' },
  { name: '@busy', status: 503, error: 'too many requests at once; try again' },
  { name: '@late', status: 504, error: 'Loki did not answer in time' },
] as const;

/** Every refused request is answered as JSON. The location that follows a 401 differs from place to place. */
export function errorPages(): readonly Directive[] {
  return REFUSALS.map(({ name, status }): Directive => [
    'error_page',
    status,
    ...(status === 401 ? ['=', '$on_unauthorized'] : [name]),
  ]);
}

/** The answers themselves. A 429 names the seconds after which another try is worth it. */
export function refusalLocations(failedLoginsPerMinute: number): readonly Directive[] {
  return REFUSALS.map(({ name, status, error }): Directive => [
    'location',
    name,
    [
      ...(status === 429
        ? ([['add_header', 'Retry-After', Math.ceil(60 / failedLoginsPerMinute), 'always']] as const)
        : []),
      ['return', status, asJson(error)],
    ],
  ]);
}

const asJson = (error: string): string => JSON.stringify({ status: 'error', error });

/** The location that follows a 401 from here on. */
export function onUnauthorized(next: string): Directive {
  return ['set', '$on_unauthorized', next];
}

/** A check that refuses, in words of its own or in those of the status. `if` is safe as long as it contains nothing but a `return`. */
export function refuseWhen(
  variable: string,
  operator: string,
  value: string,
  status: number,
  error?: string,
): Directive {
  const words = error === undefined ? [] : [asJson(error)];
  return ['if', `(${variable}`, operator, `${value})`, [['return', status, ...words]]];
}
