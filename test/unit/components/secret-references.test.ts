/** Every Secret that a pod reads is in the table of secrets, under that key; and every key of the table has its reader. */
import { secretTable } from '../../../src/config';
import { everyStack, podTemplates } from '../../support/rendered-stack';

interface Container {
  readonly env?: readonly {
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
}
interface Volume {
  readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly key: string }[] };
}

describe.each(everyStack().map((rendered) => [rendered.name, rendered] as const))('in %s', (_, rendered) => {
  const table = secretTable(rendered.config);
  const keysOf = (namespace: string, name: string): readonly string[] =>
    Object.keys(table.find((spec) => spec.namespace === namespace && spec.name === name)?.keys ?? {});

  const read = podTemplates(rendered).flatMap(({ namespace, spec }) => {
    const { containers, volumes } = spec as unknown as {
      readonly containers: readonly Container[];
      readonly volumes: readonly Volume[];
    };
    return [
      ...containers.flatMap(({ env = [] }) =>
        env.flatMap(({ valueFrom }) =>
          valueFrom?.secretKeyRef === undefined
            ? []
            : [`${namespace}/${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`],
        ),
      ),
      ...volumes.flatMap(({ secret }) =>
        secret === undefined
          ? []
          : (secret.items?.map(({ key }) => key) ?? keysOf(namespace, secret.secretName)).map(
              (key) => `${namespace}/${secret.secretName}/${key}`,
            ),
      ),
    ];
  });
  const listed = table.flatMap(({ namespace, name, keys }) =>
    Object.keys(keys).map((key) => `${namespace}/${name}/${key}`),
  );

  it('no pod waits for a Secret or a key that nobody is told to make', () => {
    expect(read.filter((one) => !listed.includes(one))).toEqual([]);
  });

  it('nothing is asked for that no pod reads', () => {
    // The ingress controller is no pod of the stack.
    const ofIngress = rendered.config.grafana.ingress?.tls?.secretName;
    expect(listed.filter((one) => !read.includes(one) && one.split('/')[1] !== ofIngress)).toEqual([]);
  });
});
