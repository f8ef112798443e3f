import { secretObjects } from '../../../src/secrets/objects';
import { type GatewayUsers, rotate } from '../../../src/operations/rotate/rotate';
import { configWith, everythingOwnConfig } from '../../support/config';
import { plantedSecrets } from '../../support/secrets';

const config = everythingOwnConfig();
const values = plantedSecrets(config);
const current = (): GatewayUsers => {
  const found = secretObjects(config, values).find(({ name }) => name === 'gateway-users')?.stringData;
  return { users: found?.['users'] ?? '', previous: found?.['previous'] ?? '' };
};
const lineOf = (text: string | undefined, name: string) =>
  (text ?? '').split('\n').filter((line) => line.startsWith(`${name}:`));

describe('given the Secret of a running stack, a rotation of the agent’s password', () => {
  const { first, second, password } = rotate(config, current(), 'shipper');

  it('first has the gateway take the new password and the old one', () => {
    expect(first).toMatchObject({ name: 'gateway-users', namespace: 'watch' });
    expect(lineOf(first.stringData['previous'], 'shipper')).toEqual(lineOf(current().users, 'shipper'));
    expect(lineOf(first.stringData['users'], 'shipper')).toHaveLength(1);
    expect(lineOf(first.stringData['users'], 'shipper')).not.toEqual(lineOf(current().users, 'shipper'));
  });

  it('leaves the other credentials alone', () => {
    for (const name of ['viewer', 'auditor', 'eraser', 'overseer'])
      expect(lineOf(first.stringData['users'], name)).toEqual(lineOf(current().users, name));
  });

  it('then gives the agent the new one, in its namespace', () => {
    expect(second).toEqual({
      name: 'gateway-credential-shipper',
      namespace: 'watch-agents',
      stringData: { password },
    });
    expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it('a second time forgets the oldest', () => {
    const again = rotate(
      config,
      { users: first.stringData['users'] ?? '', previous: first.stringData['previous'] ?? '' },
      'shipper',
    );
    expect(lineOf(again.first.stringData['previous'], 'shipper')).toEqual(lineOf(first.stringData['users'], 'shipper'));
  });
});

test('a credential of a further datasource is Grafana’s in the second step', () => {
  const { password, second } = rotate(config, current(), 'auditor');
  expect(second).toEqual({ name: 'gateway-credential-auditor', namespace: 'watch', stringData: { password } });
});

test('a credential that no pod of the stack uses has no second step', () => {
  expect(rotate(config, current(), 'audit-shipper').second).toBeUndefined();
});

test('nor has one that is called as a property of every object', () => {
  const named = configWith({
    auth: {
      loki: { tenants: [{ name: 'app', write: ['promtail'], read: ['grafana'], erase: ['constructor'] }] },
    },
  });
  const users = 'promtail:{SSHA}x\n';
  expect(rotate(named, { users, previous: '' }, 'constructor').second).toBeUndefined();
});

test('Grafana’s is in the namespace of Grafana', () => {
  expect(rotate(config, current(), 'viewer').second?.namespace).toBe('watch');
});

test('the canary’s is a line for the nginx beside it as well', () => {
  const { password, second } = rotate(config, current(), 'watcher');
  expect(second).toEqual({
    name: 'gateway-credential-watcher',
    namespace: 'watch',
    stringData: {
      password,
      'authorization.conf': `proxy_set_header Authorization "Basic ${Buffer.from(`watcher:${password}`).toString('base64')}";\n`,
    },
  });
});

test('a credential that is new has a password, and none before it', () => {
  const without = (text: string): string => text.replace(/^auditor:.*\n/m, '');
  const { first, password } = rotate(config, { users: without(current().users), previous: '' }, 'auditor');
  expect(lineOf(first.stringData['users'], 'auditor')).toHaveLength(1);
  expect(first.stringData['previous']).toBe('');
  expect(password).not.toBe('');
});

test('whom the config does not name any more has no password afterwards', () => {
  const { users } = current();
  const { first } = rotate(config, { users: `${users}gone:{SSHA}x\n`, previous: 'gone:{SSHA}y\n' }, 'shipper');
  expect(lineOf(first.stringData['users'], 'gone')).toEqual([]);
  expect(lineOf(first.stringData['previous'], 'gone')).toEqual([]);
});

test.each([
  ['nobody', current(), 'nobody is no credential of this stack'],
  ['shipper', { users: '', previous: '' }, 'has no credential of this stack'],
  ['shipper', { users: 'somebody:{SSHA}x\n', previous: '' }, 'has no credential of this stack'],
])('rotating %s where it cannot be right is refused', (name, users, message) => {
  expect(() => rotate(config, users, name)).toThrow(message);
});
