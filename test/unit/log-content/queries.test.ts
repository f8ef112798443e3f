/** Every query that the stack ships: it is LogQL, and asks for nothing that no pipeline emits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAVED_QUERIES, savedQueryUrl } from '../../../src/dashboards/saved-queries';
import { FIELDS, type Format, type Job, JOBS, LABELS } from '../../../src/log-model';
import { PIPELINES } from '../../../src/pipelines/promtail';
import { AT_FIRST, exploreOf, interpolate, model } from '../../../programs/dashboards';
import { everyQuery, namesOf } from '../../support/logql';

/** Applications' lines are told apart one by one; every other job of the log model has a format of its own. */
const formatOf = (job: Job): Format => (job in PIPELINES ? (job as Format) : 'auto');

/** What the pipelines emit of a job, of `any` what one of them does: beside the line, and in lines that are JSON. */
function emitted(job: Job | 'any'): { readonly beside: readonly string[]; readonly inJson: readonly string[] } {
  const pipelines = job === 'any' ? Object.values(PIPELINES) : [PIPELINES[formatOf(job)]];
  return {
    beside: [...Object.values(LABELS), ...pipelines.flatMap(({ metadata }) => metadata)],
    inJson: job === 'any' || formatOf(job) === 'auto' ? Object.values(FIELDS) : [],
  };
}

const queries = everyQuery().map(({ of, expr }) => [of, interpolate(expr, AT_FIRST)] as const);
/** The jobs of the log model that a selector finds by name; `any` for one that says nothing of the kind. */
function jobsOf(asked: readonly (readonly [operator: string, value: string])[]): readonly (Job | 'any')[] {
  const known: readonly Job[] = Object.values(JOBS);
  return asked.flatMap(([operator, value]) => {
    const names = operator === '=' ? [value] : value.split('|');
    const found = known.filter((job) => names.includes(job));
    return found.length === names.length ? found : ['any' as const];
  });
}

test('there are queries of every kind', () => {
  const kinds = new Set(queries.map(([of]) => of.split(' ')[0]));
  expect([...kinds].sort()).toEqual(['annotation', 'derived', 'panel', 'saved']);
  expect(queries.length).toBeGreaterThan(50);
});

test.each(queries)('%s is LogQL: %s', (_, expr) => {
  expect(namesOf(expr).errors).toEqual([]);
});

test.each(queries)(
  '%s selects by labels and jobs of the log model, and asks for what these jobs emit: %s',
  (_, expr) => {
    const { labels, jobs, parsed, unparsed } = namesOf(expr);
    const known: readonly string[] = Object.values(LABELS);
    expect(labels.filter((name) => !known.includes(name))).toEqual([]);
    expect(jobs).not.toEqual([]);
    for (const job of jobsOf(jobs)) {
      const { beside, inJson } = emitted(job);
      expect([job, unparsed.filter((name) => !beside.includes(name))]).toEqual([job, []]);
      expect([job, parsed.filter((name) => !beside.includes(name) && !inJson.includes(name))]).toEqual([job, []]);
    }
  },
);

/** Where what may fail at a line stands last in an expression. */
const lastRisk = (expr: string): number =>
  [...expr.matchAll(/\| (?:json|unwrap)\b|[<>]=? \d/g)].map(({ index }) => index).at(-1) ?? -1;

test.each(queries.filter(([, expr]) => namesOf(expr).isMetric && lastRisk(expr) >= 0))(
  '%s fails at no line that is not as it should be: %s',
  (_, expr) => {
    expect(expr.slice(lastRisk(expr))).toContain('| __error__=""');
  },
);

test('a legend, title and text name labels that their query gives', () => {
  const named = (text: string): readonly string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
  for (const { titleFormat, textFormat, tagKeys } of model.annotations.list)
    for (const name of [...named(titleFormat), ...named(textFormat), tagKeys])
      expect([...Object.values<string>(LABELS), ...Object.values<string>(FIELDS)]).toContain(name);
});

test('the parser of this test sees what is wrong', () => {
  expect(namesOf('{job="backend"').errors).not.toEqual([]);
  expect(namesOf('sum(rate({job="backend"}))').errors).not.toEqual([]);
  expect(namesOf('{job="backend"} |= "rate("').isMetric).toBe(false);
  expect(namesOf('sum by (service) (rate({job="a", level="b"} | status >= 500 | json | error="x" [1m]))')).toEqual({
    errors: [],
    isMetric: true,
    jobs: [['=', 'a']],
    labels: ['job', 'level'],
    parsed: ['service', 'status', 'error'],
    unparsed: [],
    made: [],
  });
  expect(namesOf('quantile_over_time(0.9, {job=~"a|b"} | regexp `(?P<x>y)` | x="z" | unwrap duration [1m])')).toEqual({
    errors: [],
    isMetric: true,
    jobs: [['=~', 'a|b']],
    labels: ['job'],
    parsed: [],
    unparsed: ['duration'],
    made: ['x'],
  });
});

describe('the saved queries', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'queries.md'), 'utf8');
  const grafana = 'http://localhost:3000';

  it('are the mission’s', () => {
    expect(SAVED_QUERIES.map(({ expr }) => expr)).toEqual([
      '{job="backend"}',
      '{job="backend", level="error"}',
      '{job="backend"} |= "error"',
      '{job="security"} | json | action="LOGIN_ATTEMPT"',
      '{job=~"backend|security"} | json | level="error"',
      '{job="security"} | json | action="LOGIN_ATTEMPT" | result="FAILURE"',
      '{job="backend"} | json | message=~".*query.*" | duration > 1000',
      '{job="security"} | json | action="RATE_LIMIT_VIOLATION"',
      '{job="backend"} | json | requestId="abc123"',
      '{job="backend"} | json | sentryEventId="abc123"',
    ]);
  });

  it.each(SAVED_QUERIES.map((query) => [query.title, query] as const))(
    '“%s” is in docs/queries.md, with its purpose and the link that opens it',
    (_, query) => {
      const { title, purpose, expr } = query;
      expect(page).toContain(
        [`### [${title}](${savedQueryUrl(query, grafana)})`, purpose, `\`\`\`logql\n${expr}\n\`\`\``].join('\n\n'),
      );
    },
  );

  it('are opened with the last hour, unchanged', () => {
    for (const query of SAVED_QUERIES)
      expect(exploreOf(savedQueryUrl(query, grafana))).toMatchObject({
        queries: [{ refId: 'A', expr: query.expr, queryType: 'range' }],
        range: { from: 'now-1h', to: 'now' },
      });
  });

  it('are all that docs/queries.md links to', () => {
    const links = [...page.matchAll(/\]\((http:\/\/localhost:3000[^)]*)\)/g)].map(([, url]) => url);
    expect(links).toEqual(SAVED_QUERIES.map((query) => savedQueryUrl(query, grafana)));
  });
});
