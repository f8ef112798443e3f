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
    { storage: S3, deployment: { mode: 'ha', replicas: 3 } },
  ],
]);
