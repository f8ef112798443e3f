import { problem, type Rule, when } from './rule';

export const deploymentRules: readonly Rule[] = [
  {
    reads: ['deployment', 'storage.type'],
    check: ({ deployment, storage }) =>
      when(storage.type === 'filesystem' && deployment.replicas > 1, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          'filesystem storage is of one pod: with it, replicas is 1',
          'set storage.type to s3, gcs or azure, or deployment.replicas to 1',
        ),
      ),
  },
  {
    reads: [
      'deployment.joins',
      'deployment.mode',
      'deployment.clusterLabel',
      'deployment.zoneAware',
      'namespaces.logging',
    ],
    check: ({ deployment: { joins, mode, clusterLabel, zoneAware }, namespaces }) =>
      joins === undefined
        ? []
        : [
            ...when(mode === 'single', () =>
              problem(
                ['deployment', 'mode'],
                mode,
                'only mode ha has a ring that can become one with another',
                'set deployment.mode to ha, or leave deployment.joins out, and move with a pause: docs/from-charts.md',
              ),
            ),
            ...when(mode === 'ha' && clusterLabel !== 'accepted', () =>
              problem(
                ['deployment', 'clusterLabel'],
                clusterLabel,
                'accepted while deployment.joins is there: members of the other ring send no label, or another one',
                'set deployment.clusterLabel to accepted, and go on to sent and demanded once deployment.joins is gone',
              ),
            ),
            ...when(zoneAware, () =>
              problem(
                ['deployment', 'zoneAware'],
                zoneAware,
                'false while deployment.joins is there: the other ring’s members have no zones, or others',
                'leave deployment.zoneAware out until deployment.joins is gone',
              ),
            ),
            ...when(joins.namespace === namespaces.logging, () =>
              problem(
                ['deployment', 'joins', 'namespace'],
                joins.namespace,
                'another namespace than that of the stack, whose objects have the same names',
                'set namespaces.logging to a namespace of its own',
              ),
            ),
          ],
  },
  {
    reads: ['deployment'],
    check: ({ deployment }) => [
      ...when(deployment.replicationFactor > deployment.replicas, () =>
        problem(
          ['deployment', 'replicationFactor'],
          deployment.replicationFactor,
          `at most the number of replicas (${deployment.replicas}); above it every write fails`,
          `set deployment.replicationFactor to ${deployment.replicas} or less, or deployment.replicas to ${deployment.replicationFactor}`,
        ),
      ),
      ...when(deployment.mode === 'single' && deployment.replicas > 1, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          'mode single has one replica',
          'set deployment.mode to ha',
        ),
      ),
      ...when(deployment.mode === 'ha' && deployment.replicas < 3, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          'mode ha has at least 3 replicas: with 2, losing one stops all writes',
          'set deployment.replicas to 3, or deployment.mode to single',
        ),
      ),
      ...when(deployment.mode === 'ha' && deployment.replicas >= 3 && deployment.replicationFactor < 3, () =>
        problem(
          ['deployment', 'replicationFactor'],
          deployment.replicationFactor,
          'at least 3 in mode ha: with fewer copies of a line, losing one Loki loses lines or stops writes',
          'set deployment.replicationFactor to 3',
        ),
      ),
      ...when(deployment.zoneAware && deployment.mode === 'single', () =>
        problem(
          ['deployment', 'zoneAware'],
          deployment.zoneAware,
          'only mode ha has copies to put into different zones',
          'set deployment.mode to ha, or leave deployment.zoneAware out',
        ),
      ),
      ...when(deployment.zoneAware && deployment.replicas % deployment.replicationFactor !== 0, () =>
        problem(
          ['deployment', 'replicas'],
          deployment.replicas,
          `with zoneAware, the same number in each of ${deployment.replicationFactor} zones`,
          `set deployment.replicas to ${Math.ceil(deployment.replicas / deployment.replicationFactor) * deployment.replicationFactor}`,
        ),
      ),
    ],
  },
];
