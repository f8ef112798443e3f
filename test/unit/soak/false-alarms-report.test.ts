/** The tables of false alarms. */
import { falseAlarmTables, type Result } from '../../false-alarms/report';

const QUIET: Result = {
  minutes: 60,
  lines: { rules: 16, evaluations: 976, failures: 0, sightings: [] },
  metrics: { rules: 34, evaluations: 4080, failures: 0, sightings: [] },
  messages: 0,
  jobs: [
    {
      job: 'backend',
      byLevel: new Map([
        ['info', 1000],
        ['warn', 20],
        ['error', 3],
      ]),
    },
  ],
  told: [{ fault: 'a fault', alert: 'AnAlert', seconds: 46.2 }],
};

test('given a quiet hour, then no alert is named', () => {
  const tables = falseAlarmTables(QUIET);
  expect(tables).toContain('| evaluations | 976 | 4,080 |');
  expect(tables).toContain('| alerts that fired | none | none |');
  expect(tables).toContain('| backend | 1,023 | 20 | 3 |');
  expect(tables).toContain('| a fault | AnAlert | 46 s |');
});

test('given alerts, then each is named with its labels and its time, where it belongs', () => {
  const sightings = [
    { alert: 'Slow{job="a|b"}', state: 'firing' as const, seconds: 75 },
    { alert: 'Down{job="c"}', state: 'pending' as const, seconds: 30 },
  ];
  const tables = falseAlarmTables({ ...QUIET, metrics: { ...QUIET.metrics, sightings } });
  expect(tables).toContain('| alerts that fired | none | `Slow{job="a\\|b"}` 75 s |');
  expect(tables).toContain('| alerts that were pending | none | `Down{job="c"}` 30 s |');
});

test('given a fault that nobody was told of, then that is said', () => {
  const told = [{ fault: 'a fault', alert: 'AnAlert', seconds: undefined }];
  expect(falseAlarmTables({ ...QUIET, told })).toContain('| a fault | AnAlert | not told |');
});
