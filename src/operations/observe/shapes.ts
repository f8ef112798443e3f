/** Kubernetes' and the programs' answers → {@link StackState}'s parts. Only what is used of them is looked at. */
import { z } from 'zod';
import type { FiringAlert, NodeState, PodState, RuleState, SecretKeys, Warning } from './state';

const text = z.string();
const texts = z.record(text, text);
const list = <T extends z.ZodType>(item: T) => z.looseObject({ items: z.array(item) });
const meta = z.looseObject({ name: text, namespace: text.default(''), labels: texts.default({}) });
const parsed = <T>(shape: z.ZodType<T>, answer: string): T => shape.parse(JSON.parse(answer));

const ended = z.looseObject({
  reason: text.default(''),
  exitCode: z.number().default(0),
  message: text.default(''),
});
const status = z.looseObject({
  name: text,
  ready: z.boolean(),
  restartCount: z.number(),
  state: z
    .looseObject({
      waiting: z.looseObject({ reason: text.default(''), message: text.default('') }).optional(),
      terminated: ended.optional(),
    })
    .default({}),
  lastState: z.looseObject({ terminated: ended.optional() }).default({}),
});
const pod = z.looseObject({
  metadata: meta,
  spec: z.looseObject({ nodeName: text.optional(), containers: z.array(z.looseObject({ name: text, image: text })) }),
  status: z
    .looseObject({
      phase: text.default('Unknown'),
      conditions: z
        .array(z.looseObject({ type: text, status: text, reason: text.default(''), message: text.default('') }))
        .default([]),
      containerStatuses: z.array(status).default([]),
    })
    .default({ phase: 'Unknown', conditions: [], containerStatuses: [] }),
});

export function podStates(answer: string): readonly PodState[] {
  return parsed(list(pod), answer).items.map(podState);
}

function podState({
  metadata,
  spec,
  status: { phase, conditions, containerStatuses },
}: z.output<typeof pod>): PodState {
  const { name, namespace, labels } = metadata;
  const refused = conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return {
    namespace,
    name,
    component: labels['app.kubernetes.io/name'] ?? '',
    ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
    phase,
    ready: conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    ...(refused === undefined ? {} : { unschedulable: refused.message }),
    labels,
    containers: spec.containers.map(({ name: container, image }) => {
      const found = containerStatuses.find((candidate) => candidate.name === container);
      const { waiting } = found?.state ?? {};
      const last = found?.state.terminated ?? found?.lastState.terminated;
      return {
        name: container,
        image,
        ready: found?.ready ?? false,
        restarts: found?.restartCount ?? 0,
        ...(waiting === undefined ? {} : { waiting: `${waiting.reason}: ${waiting.message}`.replace(/: $/, '') }),
        ...(last === undefined
          ? {}
          : { ended: { reason: last.reason, exitCode: last.exitCode, message: last.message.trim().slice(-500) } }),
      };
    }),
  };
}

const node = z.looseObject({
  metadata: meta,
  spec: z
    .looseObject({
      taints: z.array(z.looseObject({ key: text, value: text.exactOptional(), effect: text })).default([]),
    })
    .default({ taints: [] }),
  status: z.looseObject({ conditions: z.array(z.looseObject({ type: text, status: text })).default([]) }),
});

export function nodeStates(answer: string): readonly NodeState[] {
  return parsed(list(node), answer).items.map(({ metadata, spec, status: { conditions } }) => ({
    name: metadata.name,
    labels: metadata.labels,
    ready: conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    taints: spec.taints.map(({ key, value, effect }) => ({ key, effect, ...(value === undefined ? {} : { value }) })),
  }));
}

const event = z.looseObject({
  metadata: meta,
  involvedObject: z.looseObject({ kind: text.default(''), name: text.default('') }),
  reason: text.nullish(),
  message: text.nullish(),
});

export function warnings(answer: string): readonly Warning[] {
  return parsed(list(event), answer).items.map(({ metadata, involvedObject, reason, message }) => ({
    namespace: metadata.namespace,
    object: `${involvedObject.kind}/${involvedObject.name}`,
    reason: reason ?? '',
    message: message ?? '',
  }));
}

/** Prints `<name> <key> <key> …` of each Secret: kubectl gives no values away. */
export const SECRET_KEYS_TEMPLATE =
  '{{range .items}}{{.metadata.name}}{{range $key, $value := .data}} {{$key}}{{end}}{{"\\n"}}{{end}}';

export function secretKeys(namespace: string, answer: string): readonly SecretKeys[] {
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...keys] = line.split(' ');
      return { namespace, name, keys };
    });
}

const values = z.looseObject({ data: z.array(text).default([]) });

/** Labels, or values of one. Loki leaves the list out when it is empty. */
export function labelValues(answer: string): readonly string[] {
  return parsed(values, answer).data;
}

const streams = z.looseObject({
  data: z.looseObject({ result: z.array(z.looseObject({ values: z.array(z.array(z.unknown())) })) }),
});

/** Times of the lines that a query found, in milliseconds. */
export function lineTimes(answer: string): readonly number[] {
  return parsed(streams, answer).data.result.flatMap(({ values: lines }) =>
    lines.map(([time]) => Number(BigInt(z.string().parse(time)) / 1_000_000n)),
  );
}

export function version(answer: string): string {
  return parsed(z.looseObject({ version: text }), answer).version;
}

const rules = z.looseObject({
  data: z.looseObject({
    groups: z.array(
      z.looseObject({
        name: text,
        rules: z.array(z.looseObject({ name: text, health: text.default('unknown'), lastError: text.default('') })),
      }),
    ),
  }),
});

export function ruleStates(answer: string): readonly RuleState[] {
  return parsed(rules, answer).data.groups.flatMap(({ name: group, rules: found }) =>
    found.map(({ name, health, lastError }) => ({ group, name, health, error: lastError })),
  );
}

const alertLabels = { labels: texts, annotations: texts.default({}) };
const promAlerts = z.looseObject({
  data: z.looseObject({ alerts: z.array(z.looseObject({ ...alertLabels, state: text })).nullish() }),
});

/** Alerts of Loki's ruler, and of Prometheus, which answer alike. */
export function rulerAlerts(answer: string, from: string): readonly FiringAlert[] {
  return (parsed(promAlerts, answer).data.alerts ?? [])
    .filter(({ state }) => state === 'firing')
    .map((alert) => firing(alert, from));
}

const managed = z.array(z.looseObject(alertLabels));

/** Alerts of Alertmanager that are neither silenced nor inhibited. */
export function managedAlerts(answer: string): readonly FiringAlert[] {
  return parsed(managed, answer).map((alert) => firing(alert, 'alertmanager'));
}

function firing(
  { labels, annotations }: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> },
  from: string,
): FiringAlert {
  return {
    name: labels['alertname'] ?? '',
    severity: labels['severity'] ?? '',
    from,
    summary: annotations['summary'] ?? '',
  };
}

const targets = z.looseObject({
  data: z.looseObject({
    activeTargets: z.array(
      z.looseObject({ health: text, scrapePool: text.default(''), scrapeUrl: text, lastError: text.default('') }),
    ),
  }),
});

/** Prometheus' targets that it could not scrape the last time. */
export function targetsDown(answer: string): readonly { job: string; url: string; error: string }[] {
  return parsed(targets, answer)
    .data.activeTargets.filter(({ health }) => health === 'down')
    .map(({ scrapePool, scrapeUrl, lastError }) => ({ job: scrapePool, url: scrapeUrl, error: lastError }));
}

/** The warnings and errors of a JSON log; of nginx, requests that failed. */
export function troubles(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /"level":"(?:warn|error)"|"status":(?:4\d\d|5\d\d)\b|\[(?:crit|alert|emerg)\]/.test(line));
}
