import { ExternalSecrets } from '../../../../src/components/external-secrets';
import { secretTable } from '../../../../src/secrets/spec';
import { storeEntries } from '../../../../src/secrets/objects';
import { configWith, everythingConfig, everythingOwnConfig } from '../../../support/config';
import { render } from '../../../support/manifests';
import { plantedSecrets } from '../../../support/secrets';

interface Spec {
  readonly refreshInterval: string;
  readonly secretStoreRef: object;
  readonly target: { readonly name: string; readonly template?: { readonly data: Readonly<Record<string, string>> } };
  readonly data: readonly {
    readonly secretKey: string;
    readonly remoteRef: { readonly key: string; readonly property: string };
  }[];
}

const config = everythingConfig();
const objects = render((scope) => new ExternalSecrets(scope, 'secrets', config));
const specs = objects.map(({ metadata, ...rest }) => ({ metadata, spec: rest['spec'] as unknown as Spec }));
const keysOf = ({ target, data }: Spec) =>
  target.template === undefined ? data.map(({ secretKey }) => secretKey) : Object.keys(target.template.data);

describe('given a store, the ExternalSecrets', () => {
  it('make every Secret of the table that nobody else makes, with its keys, in its namespace', () => {
    const expected = secretTable(config).filter(({ madeBy }) => madeBy === 'secretSource');
    expect(specs.map(({ metadata, spec }) => [metadata.namespace, spec.target.name, keysOf(spec).toSorted()])).toEqual(
      expected.map(({ namespace, name, keys }) => [namespace, name, Object.keys(keys).toSorted()]),
    );
  });

  it('ask the configured store as often as configured', () => {
    for (const { spec } of specs) {
      expect(spec.secretStoreRef).toEqual({ kind: 'SecretStore', name: 'vault' });
      expect(spec.refreshInterval).toBe('15m');
    }
  });

  it('ask for what `npm run secrets -- --stack <stack> --store` says to put there', () => {
    const entries = storeEntries(config, plantedSecrets(everythingOwnConfig()));
    const asked = specs.flatMap(({ spec }) => spec.data.map(({ remoteRef }) => remoteRef));
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(Object.keys(entries)));
    for (const { key, property } of asked) expect(entries[key]).toHaveProperty([property]);
  });

  it('put the LDAP password into Grafana’s file, escaped', () => {
    const ldap = specs.find(({ spec }) => spec.target.name === 'watch-ldap')?.spec;
    expect(ldap?.target.template?.data['ldap.toml']).toContain('bind_password = {{ .bindPassword | toJson');
    expect(ldap?.target.template?.data['ca.crt']).toBe('{{ .ca_crt }}');
    expect(ldap?.data.map(({ secretKey }) => secretKey)).toEqual(['bindPassword', 'ca_crt']);
  });
});

test('given another source, there are none', () => {
  for (const type of ['pulumi', 'existing'] as const)
    expect(render((scope) => new ExternalSecrets(scope, 'x', configWith({ secretSource: { type } })))).toEqual([]);
});
