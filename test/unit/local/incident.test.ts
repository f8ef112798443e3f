/** `make incident`: when it ends, what it leaves, and its table. */
import { FAULTS } from '../../../examples/backend/incident';
import type { Message } from '../../../local/alert-receiver';
import { exitOf, incident, incidentTable, type Scene, SIGNS } from '../../../local/incident';
import { firingSince } from '../../../local/incident-scene';
import { panels, model } from '../../../programs/dashboards';
import { stackLogRules } from '../../../src/alerts';
import { configWith } from '../../support/config';

const message = (alertname: string, receivedAt = Date.now()): Message => ({
  receivedAt,
  status: 'firing',
  groupLabels: { alertname },
  alerts: [],
});

/** A cluster on which alerts come and are told of, look by look. */
function sceneWith(looks: readonly (readonly string[])[], before: readonly string[] = []) {
  const events: string[] = [];
  const told: Message[] = [message('HighErrorRate', 0)];
  const firing = new Map(before.map((name) => [name, 0]));
  let look = -1;
  const scene: Scene = {
    begin: () => Promise.resolve(void events.push('begin')),
    end: () => Promise.resolve(void events.push('end')),
    firing: () => {
      for (const name of looks[look++] ?? []) {
        firing.set(name, Date.now());
        told.push(message(name));
      }
      return Promise.resolve(firing);
    },
    told: () => Promise.resolve(told),
  };
  return { scene, events };
}

const { signal } = new AbortController();
const FAST = { seconds: 5, poll: 1 };
const ALL = SIGNS.map(({ alert }) => alert);

test('it ends once everybody was told of everything, and ends its faults', async () => {
  const lines: string[] = [];
  const { scene, events } = sceneWith([['FailedLoginsByUser'], [], ALL.slice(1), ['ErrorRateAboveHourBefore']]);
  const outcomes = await incident(scene, (line) => lines.push(line), signal, FAST);
  expect(events).toEqual(['begin', 'end']);
  expect(outcomes.map(({ alert, fired, told }) => [alert, fired, told])).toEqual(ALL.map((alert) => [alert, 0, 0]));
  expect(exitOf(outcomes)).toBe(0);
  expect(lines).toContain('FailedLoginsByUser fires');
  expect(lines).toContain('the receiver was told of HighErrorRate');
});

test('what was told before it began does not count, and without the rest it ends with its time', async () => {
  const { scene, events } = sceneWith([['FailedLoginsByUser']]);
  const outcomes = await incident(scene, () => undefined, signal, { seconds: 0.05, poll: 1 });
  expect(events).toEqual(['begin', 'end']);
  expect(exitOf(outcomes)).toBe(1);
  expect(outcomes.find(({ alert }) => alert === 'HighErrorRate')?.told).toBeUndefined();
});

test('told to end, it ends its faults, and tells what there was', async () => {
  const stop = new AbortController();
  const { scene, events } = sceneWith([['FailedLoginsByUser']]);
  const outcomes = await incident(scene, (line) => line.includes('was told') && stop.abort(), stop.signal, FAST);
  expect(events).toEqual(['begin', 'end']);
  expect(outcomes.filter(({ told }) => told !== undefined).map(({ alert }) => alert)).toEqual(['FailedLoginsByUser']);
});

test('a cluster that does not answer leaves no faults behind', async () => {
  const { scene, events } = sceneWith([]);
  const broken: Scene = { ...scene, told: () => Promise.reject(new Error('no API server')) };
  await expect(incident(broken, () => undefined, signal, FAST)).rejects.toThrow('no API server');
  expect(events).toEqual(['begin', 'end']);
});

test('while alerts of the one before fire, there is none: nobody would be told again', async () => {
  const { scene, events } = sceneWith([], ['SlowQueries', 'SomethingElse']);
  await expect(incident(scene, () => undefined, signal, FAST)).rejects.toThrow(/^SlowQueries still fire from before/);
  expect(events).toEqual([]);
});

test('its table has every sign, and what else fired', () => {
  const table = incidentTable([
    {
      fault: 'failed logins',
      alert: 'FailedLoginsByUser',
      panel: 'Security › Failed Logins by User',
      fired: 61,
      told: 95,
    },
    { fault: 'slow queries', alert: 'SlowQueries', panel: 'Backend › Slow Queries', fired: 400, told: undefined },
    { alert: 'ErrorRateAboveHourBefore', fired: 300, told: 330 },
  ]);
  expect(table).toMatchInlineSnapshot(`
   "fault          alert                     fired after  receiver told after  panel
   failed logins  FailedLoginsByUser        61 s         95 s                 Security › Failed Logins by User
   slow queries   SlowQueries               400 s        not told             Backend › Slow Queries
   (follows)      ErrorRateAboveHourBefore  300 s        330 s"
  `);
});

test('each fault has a sign, each sign an alert of the stack, and a panel of the dashboard', () => {
  expect(new Set(SIGNS.map(({ fault }) => fault))).toEqual(new Set(Object.keys(FAULTS)));
  const alerts = stackLogRules(configWith()).map(({ name }) => name);
  const titles = [...panels.map(({ title }) => title), ...model.panels.map(({ title }) => title)];
  for (const { alert, panel } of SIGNS) {
    expect(alerts).toContain(alert);
    for (const title of panel.split(' › ')) expect(titles).toContain(title);
  }
});

test('of several alerts of one name, the first one counts', () => {
  const alert = (alertname: string, startsAt: string) => ({ labels: { alertname, userId: startsAt }, startsAt });
  const answer = JSON.stringify([
    alert('FailedLoginsByUser', '2026-11-29T15:00:30.000Z'),
    alert('FailedLoginsByUser', '2026-11-29T15:00:00.000+00:00'),
  ]);
  expect([...firingSince(answer)]).toEqual([['FailedLoginsByUser', Date.parse('2026-11-29T15:00:00Z')]]);
});
