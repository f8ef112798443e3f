import { HA, S3 } from '../../../support/config';
import { testRules } from './rows';

testRules([
  {
    rule: 'filesystem storage is of one pod: with it, replicas is 1',
    broken: { deployment: HA.deployment },
    path: 'deployment.replicas',
    received: '3',
    remedy: 'set storage.type to s3, gcs or azure, or deployment.replicas to 1',
    kept: HA,
  },
  {
    rule: 'at most the number of replicas (1); above it every write fails',
    broken: { deployment: { replicationFactor: 2 } },
    path: 'deployment.replicationFactor',
    received: '2',
    remedy: 'set deployment.replicationFactor to 1 or less, or deployment.replicas to 2',
    kept: { deployment: { replicationFactor: 1 } },
  },
  {
    rule: 'mode single has one replica',
    broken: { storage: S3, deployment: { replicas: 3 } },
    path: 'deployment.replicas',
    received: '3',
    remedy: 'set deployment.mode to ha',
    kept: HA,
  },
  {
    rule: 'mode ha has at least 3 replicas: with 2, losing one stops all writes',
    broken: { storage: S3, deployment: { mode: 'ha', replicas: 2 } },
    path: 'deployment.replicas',
    received: '2',
    remedy: 'set deployment.replicas to 3, or deployment.mode to single',
    kept: HA,
  },
  {
    rule: 'at least 3 in mode ha: with fewer copies of a line, losing one Loki loses lines or stops writes',
    broken: { storage: S3, deployment: { mode: 'ha', replicas: 3 } },
    path: 'deployment.replicationFactor',
    received: '1',
    remedy: 'set deployment.replicationFactor to 3',
    kept: HA,
  },
  {
    rule: 'at least 3 in mode ha: with fewer copies of a line, losing one Loki loses lines or stops writes',
    broken: { storage: S3, deployment: { mode: 'ha', replicas: 5, replicationFactor: 2 } },
    path: 'deployment.replicationFactor',
    received: '2',
    remedy: 'set deployment.replicationFactor to 3',
    kept: { storage: S3, deployment: { mode: 'ha', replicas: 5, replicationFactor: 3 } },
  },
  {
    rule: 'only mode ha has copies to put into different zones',
    broken: { storage: S3, deployment: { zoneAware: true } },
    path: 'deployment.zoneAware',
    received: 'true',
    remedy: 'set deployment.mode to ha, or leave deployment.zoneAware out',
    kept: { ...HA, deployment: { ...HA.deployment, zoneAware: true } },
  },
  {
    rule: 'with zoneAware, the same number in each of 3 zones',
    broken: { ...HA, deployment: { ...HA.deployment, replicas: 5, zoneAware: true } },
    path: 'deployment.replicas',
    received: '5',
    remedy: 'set deployment.replicas to 6',
    kept: { ...HA, deployment: { ...HA.deployment, replicas: 6, zoneAware: true } },
  },
]);
