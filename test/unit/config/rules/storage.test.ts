import { PROD, testRules } from './rows';

testRules([
  [
    'prod does not keep its only copy on one volume without consent',
    { ...PROD, storage: { type: 'filesystem' } },
    'storage.type',
    '"filesystem"',
    'set storage.type to s3, or storage.allowInProduction to true',
    { ...PROD, storage: { type: 'filesystem', allowInProduction: true } },
  ],
]);
