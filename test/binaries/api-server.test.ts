/** Every object of every stack is put before a real API server, in namespaces whose Pod Security levels it enforces. */
import { secretManifests } from '../../charts/secret-manifests';
import { type ApiServer, startApiServer } from '../support/api-server';
import { KINDS } from '../support/manifests';
import { BUILD_TIMEOUT } from '../../programs/program';
import {
  objectOf,
  type PodTemplate,
  podTemplates,
  type RenderedStack,
  secretValues,
  stack,
  variant,
} from '../../programs/rendered-stack';
import { stackObjects } from '../../charts/objects';
import { everyStack } from '../support/every-stack';
import { imported, VALUES_FILES } from '../support/values-files';

let api: ApiServer;
beforeAll(async () => (api = await startApiServer()), BUILD_TIMEOUT);
afterAll(() => api.stop());

/** Strict: an unknown or doubled field is an error, not a warning. */
const APPLY = ['apply', '--server-side', '--validate=strict', '-f', '-'];
const DRY_RUN = [...APPLY, '--dry-run=server'];

/** Values in forms that the server could write in another way. */
const otherForms = variant('values in other forms', {
  environment: 'staging',
  persistence: { size: '4Gi' },
  resources: { gateway: { requests: { cpu: 0.05 }, limits: { cpu: '1500m', memory: '0.5Gi' } } },
  pods: {
    promtail: { tolerations: [{ operator: 'Exists' }] },
    loki: { affinity: {}, topologySpread: [{ topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }] },
  },
  network: { clients: [{ namespace: 'tools', podLabels: { app: 'logcli' } }, { namespace: 'jobs' }] },
  gateway: {
    expose: {
      type: 'route',
      host: 'push.example.com',
      gateway: { name: 'public', namespace: 'edge', listener: 'https' },
      credentials: [{ name: 'promtail' }],
    },
  },
});

function secretsOf(one: RenderedStack): readonly object[] {
  return secretManifests(one.config, secretValues(one));
}

/** A workload's pod by itself: Pod Security refuses pods, but only warns about templates. */
function podOf({ name, namespace, metadata, spec }: PodTemplate): object {
  const volumes = (spec['volumes'] ?? []) as readonly { readonly name: string }[];
  const mounted = new Set(volumes.map((volume) => volume.name));
  const mounts = spec.containers.flatMap((container) =>
    ((container as { readonly volumeMounts?: readonly { readonly name: string }[] }).volumeMounts ?? []).map(
      (mount) => mount.name,
    ),
  );
  // A StatefulSet's controller adds the volumes of its claims.
  const claimed = mounts
    .filter((mount) => !mounted.has(mount))
    .map((mount) => ({ name: mount, persistentVolumeClaim: { claimName: `${mount}-${name}-0` } }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: `${name}-test`, namespace },
    spec: { ...spec, volumes: [...volumes, ...claimed] },
  };
}

/** The classes that a stack's pods name. The stack makes none: they have to be there. */
function classesOf(one: RenderedStack): readonly object[] {
  const named = (field: string): readonly string[] => [
    ...new Set(podTemplates(one).flatMap(({ spec }) => (typeof spec[field] === 'string' ? [spec[field]] : []))),
  ];
  return [
    ...named('priorityClassName').map((name) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 1000,
    })),
    ...named('runtimeClassName').map((name) => ({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name },
      handler: name,
    })),
  ];
}

const ofKind = ({ objects }: RenderedStack, ...kinds: readonly string[]) =>
  objects.filter(({ kind }) => kinds.includes(kind));

const rendered = [...everyStack(), otherForms];

describe.each(rendered.map((one) => [one.name, one] as const))('the API server takes %s', (_name, one) => {
  beforeAll(async () => {
    // Really created: what a dry run only pretends to create, the next object does not find.
    const { code, stderr } = await api.kubectl(APPLY, [
      ...ofKind(one, 'Namespace', 'ServiceAccount'),
      ...classesOf(one),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('every object, without a warning', async () => {
    const { code, stdout, stderr } = await api.kubectl(DRY_RUN, one.objects);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(one.objects.length);
  });

  it('every Secret', async () => {
    const { code, stderr } = await api.kubectl(DRY_RUN, secretsOf(one));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(podTemplates(one).map((template) => [template.name, template] as const))(
    'the pod of %s, under the Pod Security level of its namespace',
    async (_pod, template) => {
      const { code, stderr } = await api.kubectl(DRY_RUN, [podOf(template)]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it('none of its values changed on the way: what is read back is what was written', async () => {
    const written = one.objects.filter(({ kind }) => kind !== 'Namespace' && kind !== 'ServiceAccount');
    const { code, stdout, stderr } = await api.kubectl([...DRY_RUN, '-o', 'json'], written);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { items } = JSON.parse(stdout) as { readonly items: readonly object[] };
    // Defaults are added; a quantity that comes back in another form would be a change at every `up`.
    written.forEach((object, index) => expect(items[index]).toMatchObject(object));
  });

  it('no workload but the agent outside the restricted level', async () => {
    const { logging } = one.config.namespaces;
    const elsewhere = podTemplates(one).filter(({ namespace }) => namespace !== logging);
    expect(elsewhere.map(({ name }) => name)).toEqual([one.config.agent.type]);
    const [agent] = elsewhere;
    if (agent === undefined) throw new Error('no agent');
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: agent.name, namespace: logging } };
    expect(await api.kubectl(APPLY, [account])).toMatchObject({ code: 0 });
    const { code, stderr } = await api.kubectl(DRY_RUN, [podOf({ ...agent, namespace: logging })]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('violates PodSecurity "restricted:latest"');
    // The agent's exceptions, all of them: host paths and root. Anything else would be listed here.
    expect(stderr).toContain('hostPath');
    expect(stderr).not.toMatch(/allowPrivilegeEscalation|capabilities|seccompProfile|hostNetwork|hostPID|privileged/);
  });
});

describe.each(VALUES_FILES)('the API server takes what %s becomes', (name) => {
  it('every object, without a warning', async () => {
    const objects = stackObjects(imported(name).draft.config());
    const first = objects.filter(({ kind }) => kind === 'Namespace');
    expect(await api.kubectl(APPLY, first)).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await api.kubectl(DRY_RUN, objects);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(objects.length);
  });
});

it('every kind that a stack may have is among what was tried', () => {
  const kinds = new Set(rendered.flatMap(({ objects }) => objects.map(({ kind }) => kind)));
  expect([...kinds].sort()).toEqual(KINDS);
});

describe('the API server refuses, so that the tests above can fail,', () => {
  it.each(['Service', 'Certificate', 'ExternalSecret', 'HTTPRoute', 'PodMonitor', 'PrometheusRule', 'ServiceMonitor'])(
    '%s with an unknown field',
    async (kind) => {
      const [object] = rendered.flatMap((one) => ofKind(one, kind));
      if (object === undefined) throw new Error(`no ${kind}`);
      const spec = { ...(object['spec'] as object), noSuchField: true };
      const { code, stderr } = await api.kubectl(DRY_RUN, [{ ...object, spec }]);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/unknown field "(spec\.)?noSuchField"|noSuchField: field not declared in schema/);
    },
  );

  it('a wrong value', async () => {
    const service = objectOf(stack('dev'), 'Service', 'loki');
    const spec = { ...(service['spec'] as object), type: 'NoSuchType' };
    const { code, stderr } = await api.kubectl(DRY_RUN, [{ ...service, spec }]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('NoSuchType');
  });

  it('a pod that may become root', async () => {
    const gateway = podTemplates(stack('dev')).find(({ name }) => name === 'gateway');
    if (gateway === undefined) throw new Error('no gateway');
    const { code, stderr } = await api.kubectl(DRY_RUN, [
      podOf({ ...gateway, spec: { ...gateway.spec, securityContext: {} } }),
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('violates PodSecurity "restricted:latest"');
  });
});
