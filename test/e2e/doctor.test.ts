/**
 * Given the running stack; when one link of the chain is broken, then doctor names that link first, status is not green, and the right alert
 * fires. What may break of the agent, or on its way to Loki, is broken with either agent.
 */
import { removeOtherAgents } from '../../local/apply-stack';
import { applyObjects, kubectl, type Target } from '../../local/kubernetes';
import type { Status } from '../../src/operations/status/status';
import { breaksOf, type Broken, isOfAgent } from '../support/breaks';
import { eventually } from '../../programs/wait';
import { actionsOn, removeTorn, WRITER } from './break-stack';
import { APPS, e2eConfig, log, restoreStack, SILENT_JOB, startWriter, waitForStack } from './cluster';
import { ExaminedStack, notOk, reasons } from './examined-stack';
import { fastObjects } from './fast-alerts';

const config = e2eConfig();
let target: Target;
let stack: ExaminedStack;

beforeAll(async () => {
  target = await restoreStack(config);
  stack = new ExaminedStack(target, config);
  const script =
    'i=0; while true; do i=$((i+1)); echo "{\\"level\\":\\"info\\",\\"message\\":\\"line $i\\"}"; sleep 0.02; done';
  await startWriter(target, SILENT_JOB, script);
});

afterAll(async () => {
  await kubectl(target, ['-n', APPS, 'delete', 'pod', SILENT_JOB, '--ignore-not-found', '--wait=false']);
  await removeTorn();
  await restoreStack(config);
});

test('when nothing is broken, then status is green, so is doctor, and no alert fires', async () => {
  await stack.expectGreen();
  await stack.expectNoAlert(120);
  const ofWriter = ({ jobs }: Status): boolean => jobs?.jobs.some(({ job }) => job === SILENT_JOB) === true;
  const linesPerSecond = ({ ingest }: Status): number => ingest?.linesPerSecond ?? 0;
  const seen = await eventually(
    () => stack.status(),
    (now) => reasons(now).length === 0 && ofWriter(now) && linesPerSecond(now) > 10,
    30,
  );
  expect(reasons(seen)).toEqual([]);
  expect(seen.jobs?.jobs.map(({ job }) => job)).toContain(SILENT_JOB);
  expect(seen.loki?.version).toMatch(/^3\./);
  expect(linesPerSecond(seen)).toBeGreaterThan(10);
});

test('and doctor finds the lines of a pod', async () => {
  // What the gateway did not reach while the stack was applied is a finding for another while.
  const report = await eventually(
    () => stack.doctor(config, WRITER),
    ({ verdict, findings: [first, ...others] }) =>
      verdict === 'ok' &&
      first?.seen.startsWith(`Loki has lines of ${APPS}/${SILENT_JOB}`) === true &&
      others.length === 0,
    90,
  );
  if (report.verdict !== 'ok') throw new Error(notOk(report));
  expect(report.findings).toEqual([expect.objectContaining({ link: 'pod', weight: 'hint' })]);
});

describe.each(['collector', 'promtail'] as const)('given %s,', (type) => {
  const agent = { type };
  const its = e2eConfig({ agent });
  const breaks = Object.entries(breaksOf(type)) as readonly (readonly [Broken, ReturnType<typeof breaksOf>[Broken]])[];
  const broken = type === config.agent.type ? breaks : breaks.filter(([name]) => isOfAgent(name));
  let actions: ReturnType<typeof actionsOn>;

  beforeAll(async () => {
    await applyObjects(target, fastObjects(its));
    await removeOtherAgents(target, its, log);
    await waitForStack(target, its);
    stack = new ExaminedStack(target, its);
    actions = actionsOn(stack, agent);
  });

  test.each(broken)(
    'when %s, then doctor names that link, and the right alert fires',
    async (name, { link, seen, alerts }) => {
      const { isAlready, make, mend, ask } = actions[name];
      // What has been broken before may still be in an alert's window.
      if (isAlready !== true) await stack.expectAlerts(alerts, 'none', Date.now());
      const began = Date.now();
      await make();
      try {
        // Both at once: either takes its while.
        await Promise.all([stack.expectLink(link, seen, ask), stack.expectInStatus(link, alerts, began)]);
      } finally {
        await mend();
      }
    },
  );
});

test('when all is mended, then all is green, and the alerts are over', async () => {
  await stack.expectNoAlert(150);
  await stack.expectGreen();
});
