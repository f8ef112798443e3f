/** The table of secrets against what is rendered: every key that something reads has its row, and every row has its reader. */
import { SECRET_NAMES } from '../../../src/config';
import { secretTable } from '../../../src/secrets/spec';
import { secretRows, TABLE } from '../../../src/secrets/table';
import { everything, otherwise, otherwiseAgents } from '../../support/config';
import { podTemplates, type RenderedStack, variant } from '../../../programs/rendered-stack';
import { everyStack } from '../../support/every-stack';

interface Container {
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
  readonly envFrom?: readonly { readonly secretRef?: object }[];
}
interface Volume {
  readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly key: string }[] };
  readonly projected?: { readonly sources: readonly { readonly secret?: object }[] };
}

const SOURCES = [
  { type: 'pulumi' },
  { type: 'existing' },
  { type: 'externalSecrets', store: 'vault' },
] as const satisfies readonly (typeof everything.secretSource | { readonly type: string })[];
const stacks: readonly RenderedStack[] = [
  ...everyStack(),
  ...SOURCES.map((secretSource) =>
    variant(`everything, with secretSource.type ${secretSource.type}`, {
      ...structuredClone(everything),
      secretSource,
    }),
  ),
];

/** Every name of a Secret in an object, wherever it is. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'secretName' && typeof inner === 'string' ? [inner] : namesIn(inner),
  );
}

describe.each(stacks.map((rendered) => [rendered.name, rendered] as const))('in %s', (_, rendered) => {
  const rows = secretRows(rendered.config);
  const listed = rows.flatMap(({ namespace, name, keys }) =>
    keys.flatMap(({ key, readBy }) => readBy.map(({ workload }) => `${workload} reads ${namespace}/${name}/${key}`)),
  );

  const pods = podTemplates(rendered).map(({ name, namespace, spec }) => ({
    name,
    namespace,
    ...(spec as unknown as {
      readonly containers: readonly Container[];
      readonly initContainers?: readonly Container[];
      readonly volumes: readonly Volume[];
    }),
  }));
  /** A volume that names no keys has all of them. */
  const keysOf = (namespace: string, secret: NonNullable<Volume['secret']>): readonly string[] =>
    secret.items?.map(({ key }) => key) ??
    rows.find((row) => row.namespace === namespace && row.name === secret.secretName)?.keys.map(({ key }) => key) ?? [
      '(all)',
    ];
  const read = pods.flatMap(({ name, namespace, volumes, containers }) => [
    ...volumes.flatMap(({ secret }) =>
      secret === undefined
        ? []
        : keysOf(namespace, secret).map((key) => `${name} reads ${namespace}/${secret.secretName}/${key}`),
    ),
    ...containers.flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) => {
        const ref = valueFrom?.secretKeyRef;
        return ref === undefined ? [] : [`${name} reads ${namespace}/${ref.name}/${ref.key}`];
      }),
    ),
  ]);

  it('no value is in an environment, which every process of the container has, and reports of crashes show', () => {
    const containers = pods.flatMap(({ containers, initContainers = [] }) => [...containers, ...initContainers]);
    const fromSecrets = containers.flatMap(({ env = [] }) =>
      env.flatMap(({ name, valueFrom }) => (valueFrom?.secretKeyRef === undefined ? [] : [name])),
    );
    // Loki reads the key of an Azure account nowhere else. Its container has one process.
    expect(fromSecrets.filter((name) => name !== 'AZURE_STORAGE_KEY')).toEqual([]);
    expect(
      containers.flatMap(({ envFrom = [] }) => envFrom.filter(({ secretRef }) => secretRef !== undefined)),
    ).toEqual([]);
  });

  it('no pod waits for a Secret or a key that nobody is told to make, or reads one that the table gives to others', () => {
    expect(read.length).toBeGreaterThan(3);
    expect(read.filter((one) => !listed.includes(one))).toEqual([]);
    const projected = pods.flatMap(({ volumes }) => volumes.flatMap((volume) => volume.projected?.sources ?? []));
    expect(projected.filter(({ secret }) => secret !== undefined)).toEqual([]);
  });

  it('nothing is asked for that no pod reads', () => {
    // The ingress controller is no pod of the stack.
    expect(listed.filter((one) => !read.includes(one) && !one.startsWith('ingress controller'))).toEqual([]);
  });

  it('whatever object names a Secret, it is one of the table', () => {
    const named = rendered.objects
      .filter(({ kind }) => !['StatefulSet', 'Deployment', 'DaemonSet'].includes(kind))
      .flatMap((object) => namesIn(object).map((name) => `${object.metadata.namespace ?? ''}/${name}`));
    const names = secretTable(rendered.config).map(({ namespace, name }) => `${namespace}/${name}`);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });
});

test('a Secret that a stack may have is one row, and stacks with every option have them all', () => {
  expect(TABLE.map(({ secret }) => secret)).toEqual(Object.values(SECRET_NAMES));
  const rowsOf = (input: Parameters<typeof variant>[1]) =>
    secretRows(variant('a stack', structuredClone(input)).config).map(({ row }) => row);
  const rows = new Set([everything, otherwise, otherwiseAgents].flatMap(rowsOf));
  expect(TABLE.filter((row) => !rows.has(row))).toEqual([]);
  // Further rows are of Secrets of which a stack has as many as it names.
  const further = [...rows].filter((row) => !TABLE.includes(row)).map(({ neededWith }) => neededWith);
  expect([...new Set(further)]).toEqual(['grafana.datasources.tenants', 'agent.tenants']);
});

test('whoever has no value to make a Secret of does not make it', () => {
  const { config } = variant('everything', structuredClone(everything));
  for (const { madeBy, keys } of secretRows(config))
    for (const { values } of keys) expect(values.length > 0).toBe(madeBy === 'secretSource');
});
