/**
 * What people see of both dashboards, by Grafana's own code. That these are the answers of the real Loki and Prometheus is shown by
 * test/binaries.
 *
 * @jest-environment ./test/support/grafana-environment.js
 */
import { CANARY, configWith } from '../../support/config';
import { type Answers, drawn, type DrawnPanel } from '../../support/grafana-draws';
import { metricPanels, panels } from '../../../programs/dashboards';

const stackPanels = metricPanels(configWith({ ...CANARY, gateway: { tls: {} } }));
const drawnOf = (all: readonly DrawnPanel[], title: string, answers: Answers) => {
  const panel = all.find((each) => each.title === title);
  if (panel === undefined) throw new Error(`no panel "${title}"`);
  return drawn(panel, answers).map(({ name, text, color }) => [name, text, color]);
};
const value = (number: number, metric: Readonly<Record<string, string>> = {}) => ({
  metric,
  value: [1_800_000_000, String(number)] as const,
});

describe('"Log Counts by Level"', () => {
  it('has each level by its name, red and orange from the first line on', () => {
    expect(drawnOf(panels, 'Log Counts by Level', { A: [value(1)], B: [value(2)], C: [value(300)] })).toEqual([
      ['error', '1', 'red'],
      ['warn', '2', 'orange'],
      ['info', '300', 'green'],
    ]);
  });

  it('is green where nothing is wrong', () => {
    expect(drawnOf(panels, 'Log Counts by Level', { A: [value(0)], B: [value(0)], C: [value(0)] })).toEqual([
      ['error', '0', 'green'],
      ['warn', '0', 'green'],
      ['info', '0', 'green'],
    ]);
  });
});

it.each(['userId', 'ipAddress'])('"Failed Logins" by %s have a bar for each, with its name', (label) => {
  const title = label === 'userId' ? 'Failed Logins by User' : 'Failed Logins by Address';
  expect(drawnOf(panels, title, { A: [value(7, { [label]: 'bob' }), value(3, { [label]: 'ann' })] })).toEqual([
    ['bob', '7', 'blue'],
    ['ann', '3', 'blue'],
  ]);
});

it('a bar that is alone has its name', () => {
  const answers = { A: [value(7, { userId: 'bob' })] };
  expect(drawnOf(panels, 'Failed Logins by User', answers)).toEqual([['bob', '7', 'blue']]);
});

it('a bar of several labels is named by all of them', () => {
  expect(drawnOf(panels, 'Paths with 4xx', { A: [value(7, { path: '/login', status: '429' })] })).toEqual([
    ['/login 429', '7', 'blue'],
  ]);
});

it('"Log Volume by Level" has a colour for each level', () => {
  const levels = ['error', 'warn', 'info', 'debug', 'no level'].map((level) => ({
    metric: { level },
    values: [[1, '5']] as const,
  }));
  expect(drawnOf(panels, 'Log Volume by Level', { A: levels })).toEqual([
    ['error', '5', 'red'],
    ['warn', '5', 'orange'],
    ['info', '5', 'green'],
    ['debug', '5', 'blue'],
    ['no level', '5', 'text'],
  ]);
});

it('"Requests by Status Class" has red for 5xx, whichever classes there are', () => {
  const classes = ['5xx', '2xx'].map((statusClass) => ({ metric: { statusClass }, values: [[1, '5']] as const }));
  expect(drawnOf(panels, 'Requests by Status Class', { A: classes })).toEqual([
    ['5xx', '5', 'red'],
    ['2xx', '5', 'green'],
  ]);
});

describe('"Programs Up"', () => {
  it('is green where all of a program answer, and red where one of them does not', () => {
    expect(
      drawnOf(stackPanels, 'Programs Up', { A: [value(1, { job: 'loki' }), value(0.75, { job: 'promtail' })] }),
    ).toEqual([
      ['loki', '100%', 'green'],
      ['promtail', '75%', 'red'],
    ]);
  });
});

it('"Alerts Firing" has each severity, green at 0', () => {
  const title = 'Alerts Firing';
  expect(drawnOf(stackPanels, title, { A: [value(1)], B: [value(0)] })).toEqual([
    ['critical', '1', 'red'],
    ['warning', '0', 'green'],
  ]);
  expect(drawnOf(stackPanels, title, { A: [value(0)], B: [value(2)] })).toEqual([
    ['critical', '0', 'green'],
    ['warning', '2', 'orange'],
  ]);
});

it('"Disk: Time to Full" is red within a day, green in more than a week, and says when it does not fill', () => {
  const shown = (seconds: number) => drawnOf(stackPanels, 'Disk: Time to Full', { A: [value(seconds)] });
  expect(shown(3600)).toEqual([['until full', '1 hour', 'red']]);
  expect(shown(2 * 86_400)).toEqual([['until full', '2 days', 'orange']]);
  expect(shown(8 * 86_400)).toEqual([['until full', '1.14 weeks', 'green']]);
  expect(drawnOf(stackPanels, 'Disk: Time to Full', { A: [] }).map(([, text]) => text)).toEqual(['not filling']);
});

it('"Certificate: Days to Its End" is red from the alert’s days on', () => {
  const shown = (days: number) => drawnOf(stackPanels, 'Certificate: Days to Its End', { A: [value(days)] });
  expect(shown(13)).toEqual([['gateway', '13 days', 'red']]);
  expect(shown(60)).toEqual([['gateway', '60 days', 'green']]);
});

it('"Refused Lines by Tenant" is red from the first line on, and a green 0 where there is none', () => {
  const shown = (number: number, tenant: string) =>
    drawnOf(stackPanels, 'Refused Lines by Tenant', { A: [value(number, { tenant })] });
  expect(shown(12, 'guild')).toEqual([['guild', '12', 'red']]);
  expect(shown(0, 'none')).toEqual([['none', '0', 'green']]);
});

it('"Not Read Yet" is orange from the alert’s bytes on', () => {
  const shown = (bytes: number) => drawnOf(stackPanels, 'Not Read Yet', { A: [value(bytes)] });
  expect(shown(2000)).toEqual([['furthest behind', '1.95 KiB', 'green']]);
  expect(shown(10 * 1024 * 1024)).toEqual([['furthest behind', '10 MiB', 'orange']]);
});

it('"Canary: Lost Lines" is red from the first line on', () => {
  const shown = (lines: number) => drawnOf(stackPanels, 'Canary: Lost Lines', { A: [value(lines)] });
  expect(shown(0)).toEqual([['lost', '0', 'green']]);
  expect(shown(1)).toEqual([['lost', '1', 'red']]);
});

it('lines are counted as lines', () => {
  const shown = drawnOf(stackPanels, 'Ingest: Lines', { A: [{ metric: { tenant: 'a' }, values: [[1, '12.5']] }] });
  expect(shown.map(([name, text]) => [name, text])).toEqual([['a', '12.5 lines/s']]);
});
