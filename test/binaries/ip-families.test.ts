/** Given a stack for a dual-stack cluster: the real nginx of the gateway, and a pair of the real Alertmanagers. */
import { networkInterfaces } from 'node:os';
import { type RunningAlertmanager, startAlertmanager, writeAlertmanagerFiles } from '../../programs/alertmanager';
import { startGateway } from '../../programs/gateway';
import { freePorts, say } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { eventually } from '../../programs/wait';

const NOWHERE = 9;
const rendered = variant('a stack of both families', {
  environment: 'dev',
  network: { ipFamilies: ['IPv4', 'IPv6'] },
  alertmanager: { type: 'embedded', replicas: 2 },
});
const hasIpv6 = (networkInterfaces()['lo'] ?? []).some(({ family }) => family === 'IPv6');
if (!hasIpv6) say('the gateway is not asked by IPv6: this machine has no ::1');

(hasIpv6 ? test : test.skip)('the gateway answers on each of its ports by either family', async () => {
  const gateway = await startGateway(rendered, secretValues(rendered), NOWHERE);
  try {
    for (const host of ['127.0.0.1', '::1']) {
      expect(await send({ host, port: gateway.ownPort, path: '/health' })).toMatchObject({ status: 200 });
      expect(await send({ host, port: gateway.metricsPort, path: '/alive' })).toMatchObject({ status: 200 });
    }
  } finally {
    await gateway.stop();
  }
});

test('a pair whose addresses are of IPv4 reads them in brackets, and is one cluster', async () => {
  const all = await freePorts(2);
  const values = secretValues(rendered);
  const pair: readonly RunningAlertmanager[] = await Promise.all(
    all.map((own) => startAlertmanager(rendered, writeAlertmanagerFiles(rendered, values), { own, all })),
  );
  try {
    const peers = await eventually(
      async () => {
        const { cluster } = (await pair[0]?.get('/api/v2/status')) as {
          readonly cluster: { readonly peers: readonly { readonly address: string }[] };
        };
        return cluster.peers.map(({ address }) => address).toSorted();
      },
      ({ length }) => length === all.length,
      40,
    );
    expect(peers).toEqual(all.map((port) => `127.0.0.1:${port}`).toSorted());
  } finally {
    await Promise.all(pair.map((one) => one.stop()));
  }
});
