/** The example backend's lines and the stack's rules: an ordinary hour fires nothing, an incident fires what `make incident` waits for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { FAULTS } from '../../examples/backend/incident';
import { RARE, RARE_EVERY, USUAL, visit, type Visit } from '../../examples/backend/traffic';
import { backendProgram } from '../../local/example-backend';
import { type Sign, SIGNS } from '../../local/incident';
import {
  BUILD_TIMEOUT,
  freePorts,
  programs,
  removeFolder,
  type RunningProgram,
  say,
  startProgram,
  temporaryFolder,
  until,
} from '../../programs/program';
import { loadTests, runTests, type TestResult } from '../../src/alert-tests';
import { stackRules } from '../../src/alert-tests/stack-rules';
import { FIELDS, JOBS } from '../../src/log-model';
import { configWith } from '../support/config';
import { ROOT } from '../support/docs-page';

/** As kubernetes.yaml has it. */
const CALL_MS = 500;
const MINUTES = { before: 5, ordinary: 15, incident: 9 };
/** What the agent puts beside the line. */
const METADATA = [FIELDS.action, FIELDS.result, FIELDS.userId];

let folder: string;
let backend: RunningProgram;
let origin: string;
let results: readonly TestResult[];

interface Line {
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const written = (): readonly Line[] =>
  backend
    .output()
    .split('\n')
    .slice(0, -1)
    .map((text) => {
      const record = JSON.parse(text) as Line['record'];
      // No rule looks at a stack trace, and thousands of lines are shorter without.
      return { text: JSON.stringify({ ...record, [FIELDS.stack]: undefined }), record };
    });

/** What the real backend writes of requests: lines up to the one of the last request itself, which comes last. */
async function linesOf(visits: readonly Visit[]): Promise<readonly Line[]> {
  const before = written().length;
  for (const each of visits) await visit(origin, each, '203.0.113.7');
  const own = (): readonly Line[] => written().slice(before);
  const isRequest = ({ record }: Line): boolean => 'status' in record && 'method' in record;
  await until('its lines', () =>
    own().filter(isRequest).length >= visits.length ? undefined : `${own().length} lines of ${JSON.stringify(visits)}`,
  );
  await sleep(50);
  return own();
}

/** A stream for each line, which comes again and again. */
async function streams(visits: readonly Visit[], every: number, from: number, to: number) {
  return (await linesOf(visits)).map(({ text, record }, index) => ({
    labels: {
      job: typeof record['job'] === 'string' ? record['job'] : JOBS.backend,
      level: String(record[FIELDS.level]),
      namespace: 'spywatcher',
      app: 'backend',
    },
    structuredMetadata: Object.fromEntries(
      METADATA.flatMap((name) => (typeof record[name] === 'string' ? [[name, record[name]]] : [])),
    ),
    lines: [
      { at: `${from + every / 2 + index}ms`, every: `${every}ms`, count: Math.floor((to - from) / every), line: text },
    ],
  }));
}

const minutes = (count: number): number => count * 60_000;

async function ordinary(): Promise<object> {
  const [from, to] = [-minutes(MINUTES.before), minutes(MINUTES.ordinary)];
  const groups = [
    ...USUAL.map((each) => ({ visits: [each], every: CALL_MS * USUAL.length })),
    ...RARE.map((visits) => ({ visits, every: CALL_MS * RARE_EVERY * RARE.length })),
  ];
  const input = [];
  for (const { visits, every } of groups) input.push(...(await streams(visits, every, from, to)));
  const names = stackRules(ROOT, 'dev').flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
  return {
    name: 'ordinary',
    input,
    alerts: names.map((alert) => ({ from: '0s', to: `${MINUTES.ordinary}m`, alert, state: 'none' })),
  };
}

async function faultOf({ fault, alert }: Sign): Promise<object> {
  const found = Object.entries(FAULTS).find(([name]) => name === fault)?.[1];
  if (found === undefined) throw new Error(`there is no fault ${fault}`);
  return {
    name: `${fault}: ${alert}`,
    input: await streams([found.visit], found.every, 0, minutes(MINUTES.incident)),
    alerts: [{ at: `${MINUTES.incident}m`, alert, state: 'firing' }],
  };
}

beforeAll(async () => {
  folder = temporaryFolder('example-alerts');
  const app = join(folder, 'app');
  mkdirSync(app);
  for (const [name, contents] of await backendProgram(ROOT)) writeFileSync(join(app, name), contents);
  const [port = 0] = await freePorts(1);
  origin = `http://localhost:${port}`;
  backend = startProgram([process.execPath, join(app, 'start.js')], join(folder, 'stdout.log'), {
    env: { PORT: String(port), LOG_LEVEL: 'debug' },
    unprivileged: true,
  });
  await until('the backend', () => (backend.output().includes('listens') ? undefined : 'it starts'), {
    program: backend,
  });
  const file = join(folder, 'example.yaml');
  const tests = [await ordinary()];
  for (const sign of SIGNS) tests.push(await faultOf(sign));
  writeFileSync(file, stringify({ stack: 'dev', tests }));
  const { loki } = await programs('loki');
  results = await runTests(
    loadTests(file, (stack) => stackRules(ROOT, stack)),
    { loki, stack: configWith(), interval: 1000, onProgress: say },
  );
}, BUILD_TIMEOUT);
afterAll(async () => {
  await backend.stop();
  removeFolder(folder);
});

test('ordinary traffic fires nothing, though it has something of everything', () => {
  const [{ passed, failures } = { passed: false, failures: ['not run'] }] = results;
  expect(failures).toEqual([]);
  expect(passed).toBe(true);
});

test.each(SIGNS)('$fault: $alert fires', ({ fault, alert }) => {
  const result = results.find(({ name }) => name === `${fault}: ${alert}`);
  expect(result?.failures).toEqual([]);
  expect(result?.passed).toBe(true);
});
