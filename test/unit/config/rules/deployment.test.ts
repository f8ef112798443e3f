import { HA, S3 } from '../../../support/config';
import { testRules } from './rows';

testRules([
  [
    'filesystem storage is of one pod: with it, replicas is 1',
    { deployment: HA.deployment },
    'deployment.replicas',
    '3',
    'set storage.type to s3, or deployment.replicas to 1',
    HA,
  ],
  [
    'at most the number of replicas (1); above it every write fails',
    { deployment: { replicationFactor: 2 } },
    'deployment.replicationFactor',
    '2',
    'set deployment.replicationFactor to 1 or less, or deployment.replicas to 2',
    { deployment: { replicationFactor: 1 } },
  ],
  [
    'mode single has one replica',
    { storage: S3, deployment: { replicas: 3 } },
    'deployment.replicas',
    '3',
    'set deployment.mode to ha',
    HA,
  ],
  [
    'mode ha has at least 3 replicas: with 2, losing one stops all writes',
    { storage: S3, deployment: { mode: 'ha', replicas: 2 } },
    'deployment.replicas',
    '2',
    'set deployment.replicas to 3, or deployment.mode to single',
    HA,
  ],
  [
    'at least 3 in mode ha: with fewer copies of a line, losing one Loki loses lines or stops writes',
    { storage: S3, deployment: { mode: 'ha', replicas: 3 } },
    'deployment.replicationFactor',
    '1',
    'set deployment.replicationFactor to 3',
    HA,
  ],
  [
    'at least 3 in mode ha: with fewer copies of a line, losing one Loki loses lines or stops writes',
    { storage: S3, deployment: { mode: 'ha', replicas: 5, replicationFactor: 2 } },
    'deployment.replicationFactor',
    '2',
    'set deployment.replicationFactor to 3',
    { storage: S3, deployment: { mode: 'ha', replicas: 5, replicationFactor: 3 } },
  ],
  [
    'only mode ha has copies to put into different zones',
    { storage: S3, deployment: { zoneAware: true } },
    'deployment.zoneAware',
    'true',
    'set deployment.mode to ha, or leave deployment.zoneAware out',
    { ...HA, deployment: { ...HA.deployment, zoneAware: true } },
  ],
  [
    'with zoneAware, the same number in each of 3 zones',
    { ...HA, deployment: { ...HA.deployment, replicas: 5, zoneAware: true } },
    'deployment.replicas',
    '5',
    'set deployment.replicas to 6',
    { ...HA, deployment: { ...HA.deployment, replicas: 6, zoneAware: true } },
  ],
]);
