import { testRules } from './rows';

testRules([
  [
    'a namespace of its own: it is privileged, and namespaces.logging is not',
    { namespaces: { agents: 'logging' } },
    'namespaces.agents',
    '"logging"',
    'leave it out, for logging-agents',
    { namespaces: { agents: 'other' } },
  ],
]);
