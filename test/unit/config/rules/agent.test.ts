import { configWith, problemsOf } from '../../../support/config';
import { testRules } from './rows';

const SOURCE = { job: 'backend', directory: '/var/log/backend' };

testRules([
  {
    rule: 'a name that no other entry has',
    broken: {
      agent: {
        files: [
          { ...SOURCE, name: 'twice' },
          { ...SOURCE, name: 'twice', directory: '/var/log/other' },
        ],
      },
    },
    path: 'agent.files[1].name',
    received: '"twice"',
    remedy: 'rename one of them',
    kept: {
      agent: {
        files: [
          { ...SOURCE, name: 'once' },
          { ...SOURCE, name: 'twice', directory: '/var/log/other' },
        ],
      },
    },
  },
  {
    rule: 'a name that no other entry has',
    broken: {
      agent: {
        drop: [
          { name: 'twice', selector: '{job="a"}' },
          { name: 'twice', selector: '{job="b"}' },
        ],
      },
    },
    path: 'agent.drop[1].name',
    received: '"twice"',
    remedy: 'rename one of them',
    kept: { agent: { drop: [{ name: 'once', selector: '{job="a"}' }] } },
  },
  {
    rule: 'a folder apart from agent.positionsDirectory (/var/lib/spywatcher-logs/promtail), which the agent writes itself',
    broken: { agent: { podLogsDirectory: '/var/lib/spywatcher-logs' } },
    path: 'agent.podLogsDirectory',
    received: '"/var/lib/spywatcher-logs"',
    remedy: 'write the folder that the kubelet’s podLogsDir names',
    kept: { agent: { podLogsDirectory: '/var/lib/spywatcher' } },
  },
  {
    rule: 'a pattern that does not mean logging, a namespace of the stack itself: without its lines nobody is told of refused logins',
    broken: { agent: { excludeNamespaces: ['kube-*', 'log*g'] } },
    path: 'agent.excludeNamespaces[1]',
    received: '"log*g"',
    remedy: 'write a longer pattern; to leave out logging, name it',
    kept: { agent: { excludeNamespaces: ['kube-*', 'logging', 'log*-of-others'] } },
  },
  {
    rule: 'a pattern that does not mean logging-agents, a namespace of the stack itself: without its lines nobody is told of refused logins',
    broken: { agent: { excludeNamespaces: ['*-agents'] } },
    path: 'agent.excludeNamespaces[0]',
    received: '"*-agents"',
    remedy: 'write a longer pattern; to leave out logging-agents, name it',
    kept: { agent: { excludeNamespaces: ['logging-agents', '*-agent'] } },
  },
  {
    rule: 'matchers of labels that lines have: job, service, level, namespace, app, container, node',
    broken: { agent: { drop: [{ name: 'rule', selector: '{job="a", requestId="b=c"}' }] } },
    path: 'agent.drop[0].selector',
    received: String.raw`"{job=\"a\", requestId=\"b=c\"}"`,
    remedy: 'replace requestId, or match the line with patterns',
    kept: { agent: { drop: [{ name: 'rule', selector: '{job="a", level!~"x=y"}' }] } },
  },
  {
    rule: 'matchers of labels that lines have: job, service, level, namespace, app, container, node',
    broken: { agent: { drop: [{ name: 'a', selector: '{userId="1"}' }] } },
    path: 'agent.drop[0].selector',
    received: '"{userId=\\"1\\"}"',
    remedy: 'replace userId, or match the line with patterns',
    kept: { agent: { drop: [{ name: 'a', selector: '{job="1"}' }] } },
  },
  {
    rule: 'a level that lines have: error, warn, info, debug',
    broken: { agent: { drop: [{ name: 'a', selector: '{level="trace"}' }] } },
    path: 'agent.drop[0].selector',
    received: '"{level=\\"trace\\"}"',
    remedy: 'replace trace; the agent gives each line one of these, however its program spells it',
    kept: { agent: { drop: [{ name: 'a', selector: '{level="debug"}' }] } },
  },
]);

describe('what the agent reads on the node, it reads once', () => {
  type Source = readonly [directory: string, files: string];
  const reading = (...sources: readonly Source[]) => ({
    agent: { files: sources.map(([directory, files], index) => ({ name: `a${index}`, job: 'a', directory, files })) },
  });

  it.each<readonly [string, Source, string]>([
    ['the logs of pods', ['/var/log/pods', '*/*/*.log'], '/var/log/pods'],
    ['a folder of theirs', ['/var/log/pods/logging_loki-0_1/loki', '*.log'], '/var/log/pods'],
    ['links to them', ['/var/log/containers', '*.log'], '/var/log/containers'],
    ['all below /var/log', ['/var/log', '**/*.log'], '/var/log/pods'],
    ['folders whose names may be theirs', ['/var/log', 'p*/*/*/*.log'], '/var/log/pods'],
    ['its own positions', ['/var/lib/spywatcher-logs', 'promtail/*'], '/var/lib/spywatcher-logs/promtail'],
  ])('given %s, the config is refused', (_, source, folder) => {
    const problems = problemsOf({ environment: 'dev', ...reading(source) });
    expect(problems).toMatchObject([{ path: 'agent.files[0]' }]);
    expect(problems[0]?.rule).toContain(`these may be below ${folder},`);
  });

  it.each<readonly [string, Source]>([
    ['the logs of pods, in another folder', ['/data/log', 'pods/*/*/*.log']],
    ['Docker’s', ['/data/docker', 'containers/*/*-json.log']],
  ])('given %s, the config is refused', (_, source) => {
    const { agent } = reading(source);
    const own = {
      podLogsDirectory: '/data/log/pods',
      containerRuntime: { type: 'docker', directory: '/data/docker/containers' },
    } as const;
    expect(problemsOf({ environment: 'dev', agent: { ...agent, ...own } })).toMatchObject([{ path: 'agent.files[0]' }]);
    expect(() => configWith({ agent })).not.toThrow();
  });

  it.each<readonly [string, Source, Source]>([
    ['the same', ['/var/log/app', '*.log'], ['/var/log/app', '*.log']],
    ['some of the other', ['/var/log/app', '*.log'], ['/var/log/app', 'error*']],
    ['a folder of the other', ['/var/log/app', '**/*.log'], ['/var/log/app/audit', '*.log']],
    ['a choice with one in common', ['/var/log/app', '{a,b}.log'], ['/var/log/app', '{b,c}.log']],
    ['letters with one in common', ['/var/log/app', '[a-m].log'], ['/var/log/app', '[m-z].log']],
  ])('given an entry that reads %s, it is refused', (_, one, other) => {
    expect(problemsOf({ environment: 'dev', ...reading(one, other) })).toMatchObject([
      { path: 'agent.files[1]', rule: expect.stringContaining('agent.files[0] may read the same') as string },
    ]);
  });

  it.each<readonly [string, Source, Source]>([
    ['other files of a folder', ['/var/log/nginx', 'access*.log'], ['/var/log/nginx', 'error*.log']],
    ['a folder in it, of which the other reads its own files alone', ['/var/log', '*.log'], ['/var/log/app', '*.log']],
    ['another ending', ['/var/log/app', '**/*.log'], ['/var/log/app/audit', '*.csv']],
    ['another choice', ['/var/log/app', '{a,b}.log'], ['/var/log/app', '{c,d}.log']],
    ['other letters', ['/var/log/app', '[a-m]*.log'], ['/var/log/app', '[n-z]*.log']],
    ['a folder with a similar name', ['/var/log/pods-of-mine', '*.log'], ['/var/log/pod', '*.log']],
  ])('given an entry that reads %s, it is taken', (_, one, other) => {
    expect(() => configWith(reading(one, other))).not.toThrow();
  });
});
