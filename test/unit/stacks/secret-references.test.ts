/** Every Secret that a pod reads is a file, and in the table of secrets under that key; and every key of the table has its reader. */
import { secretTable } from '../../../src/config';
import { everyStack, podTemplates } from '../../support/rendered-stack';

interface Container {
  readonly env?: readonly { readonly name: string; readonly valueFrom?: { readonly secretKeyRef?: object } }[];
  readonly envFrom?: readonly { readonly secretRef?: object }[];
}
interface Volume {
  readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly key: string }[] };
}

describe.each(everyStack().map((rendered) => [rendered.name, rendered] as const))('in %s', (_, rendered) => {
  const table = secretTable(rendered.config);
  const keysOf = (namespace: string, name: string): readonly string[] =>
    Object.keys(table.find((spec) => spec.namespace === namespace && spec.name === name)?.keys ?? {});

  const pods = podTemplates(rendered).map(({ namespace, spec }) => ({
    namespace,
    ...(spec as unknown as {
      readonly containers: readonly Container[];
      readonly initContainers?: readonly Container[];
      readonly volumes: readonly Volume[];
    }),
  }));
  const read = pods.flatMap(({ namespace, volumes }) =>
    volumes.flatMap(({ secret }) =>
      secret === undefined
        ? []
        : (secret.items?.map(({ key }) => key) ?? keysOf(namespace, secret.secretName)).map(
            (key) => `${namespace}/${secret.secretName}/${key}`,
          ),
    ),
  );
  const listed = table.flatMap(({ namespace, name, keys }) =>
    Object.keys(keys).map((key) => `${namespace}/${name}/${key}`),
  );

  it('no value is in an environment, which every process of the container has, and reports of crashes show', () => {
    const fromSecrets = pods.flatMap(({ containers, initContainers = [] }) =>
      [...containers, ...initContainers].flatMap(({ env = [], envFrom = [] }) => [
        ...env.filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined),
        ...envFrom.filter(({ secretRef }) => secretRef !== undefined),
      ]),
    );
    expect(fromSecrets).toEqual([]);
  });

  it('no pod waits for a Secret or a key that nobody is told to make', () => {
    expect(read.filter((one) => !listed.includes(one))).toEqual([]);
  });

  it('nothing is asked for that no pod reads', () => {
    // The ingress controller is no pod of the stack.
    const ofIngress = rendered.config.grafana.ingress?.tls?.secretName;
    expect(listed.filter((one) => !read.includes(one) && one.split('/')[1] !== ofIngress)).toEqual([]);
  });
});
