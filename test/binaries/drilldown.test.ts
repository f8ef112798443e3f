/** The requests of Grafana's Logs Drilldown, sent to the real Loki behind the real gateway with Grafana's own credential. */
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { pushBody, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, until } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { type Response, send } from '../../programs/request';

const LIMITS = '/loki/api/v1/drilldown-limits';
const query = (path: string, selector = '{job="backend"}'): string =>
  `/loki/api/v1/${path}?query=${encodeURIComponent(selector)}&since=1h`;

interface Stack {
  readonly loki: RunningLoki;
  readonly gateway: RunningGateway;
  readonly ask: (path: string, who?: string) => Promise<Response>;
}

/** A stack whose service api has logged that 60 users logged in. */
async function start(name: string, drilldown: boolean): Promise<Stack> {
  const rendered = variant(name, { environment: 'staging', grafana: { drilldown } });
  const values = secretValues(rendered);
  const loki = await startLoki((await programs('loki')).loki, rendered);
  const gateway = await startGateway(rendered, values, loki.port);
  const credentialOf = (who: string): string => `${who}:${values[`gateway.${who}`] ?? ''}`;
  for (let index = 0; index < 60; index += 1) {
    const message = `user ${index} logged in from 10.0.0.${index}`;
    const { status } = await send({
      port: gateway.port,
      path: '/loki/api/v1/push',
      credential: credentialOf('promtail'),
      body: pushBody({
        labels: { job: 'backend', service: 'api' },
        line: JSON.stringify({ level: 'info', message, duration: index }),
      }),
    });
    expect(status).toBe(204);
  }
  return {
    loki,
    gateway,
    ask: (path, who = 'grafana') => send({ port: gateway.port, path, credential: credentialOf(who) }),
  };
}

/** The body of an answer, which must be one of success. */
function bodyOf({ status, text }: Response): Readonly<Record<string, unknown>> {
  if (status !== 200) throw new Error(`status ${status}: ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

/** What is found, once something is. */
async function soon(what: string, look: () => Promise<readonly object[]>): Promise<readonly object[]> {
  let found: readonly object[] = [];
  await until(what, async () => ((found = await look()).length > 0 ? undefined : 'there are none yet'));
  return found;
}

let running: Stack | undefined;
const ask: Stack['ask'] = (path, who) => {
  if (running === undefined) throw new Error('the stack does not run yet');
  return running.ask(path, who);
};
const stop = async (): Promise<void> => {
  await running?.gateway.stop();
  await running?.loki.stop();
  running = undefined;
};

describe('given grafana.drilldown, when Logs Drilldown asks', () => {
  beforeAll(async () => (running = await start('drilldown', true)), BUILD_TIMEOUT);
  afterAll(stop);

  it('for the limits, it learns that there are volumes and patterns', async () => {
    expect(bodyOf(await ask(LIMITS))).toMatchObject({
      pattern_ingester_enabled: true,
      limits: { volume_enabled: true, discover_service_name: ['service', 'app', 'job'] },
    });
  });

  it('for service names, it gets that of the service', async () => {
    expect(bodyOf(await ask('/loki/api/v1/label/service_name/values'))).toMatchObject({ data: ['api'] });
  });

  it.each(['index/volume', 'index/volume_range'])('for %s, it gets the bytes of each service', async (path) => {
    const asked = `${query(path, '{service_name=~".+"}')}&targetLabels=service_name`;
    const found = await soon('volumes', async () => {
      const { result } = bodyOf(await ask(asked))['data'] as { readonly result: readonly object[] };
      return result;
    });
    expect(found).toMatchObject([{ metric: { service_name: 'api' } }]);
  });

  it('for patterns, it gets one pattern of all lines that differ in numbers alone', async () => {
    const found = await soon('patterns', async () => bodyOf(await ask(query('patterns')))['data'] as readonly object[]);
    expect(found).toMatchObject([{ pattern: expect.stringMatching(/user <_> logged in from <_>/) as string }]);
  });

  it('for detected labels, it gets those of the streams, with the number of their values', async () => {
    const { detectedLabels } = bodyOf(await ask(query('detected_labels')));
    expect(detectedLabels).toContainEqual({ label: 'service', cardinality: 1 });
  });

  it('for detected fields, it gets those inside of the lines, with their types', async () => {
    const { fields } = bodyOf(await ask(query('detected_fields')));
    expect(fields).toContainEqual(expect.objectContaining({ label: 'duration', type: 'int', parsers: ['json'] }));
  });

  it('for the values of such a field, it gets them', async () => {
    const { values } = bodyOf(await ask(query('detected_field/duration/values')));
    expect(values).toContain('59');
  });

  it.each([LIMITS, query('patterns'), query('detected_fields'), query('detected_field/duration/values')])(
    'for %s with a credential that only writes, it is refused',
    async (path) => {
      expect((await ask(path, 'promtail')).status).toBe(403);
    },
  );
});

describe('given no grafana.drilldown, when Logs Drilldown asks', () => {
  beforeAll(async () => (running = await start('no drilldown', false)), BUILD_TIMEOUT);
  afterAll(stop);

  it('for the limits, the gateway does not know them', async () => {
    expect(await ask(LIMITS)).toMatchObject({
      status: 404,
      text: expect.stringContaining('not a path of the log gateway') as string,
    });
  });

  it('for patterns, Loki does not know them', async () => {
    expect(await ask(query('patterns'))).toMatchObject({ status: 404 });
  });

  it('for labels, it gets no service_name', async () => {
    const labels = bodyOf(await ask('/loki/api/v1/labels'))['data'];
    expect(labels).toContain('service');
    expect(labels).not.toContain('service_name');
  });
});
