/** `npm run erase`: has Loki delete the lines of one tenant that name a person, and tells what has become of earlier requests. */
import { command, EXIT, moment, UsageError } from '../command';
import { STACK_OPTIONS, stackWithLoki } from '../options';
import { erase, erasures } from './erase';

const PASSWORD = 'ERASE_PASSWORD';

export default command({
  options: {
    ...STACK_OPTIONS,
    'user-id': { type: 'string', value: '<id>', description: `whose lines; the password is in ${PASSWORD}` },
    status: { type: 'boolean', description: 'instead: what has become of earlier requests' },
    tenant: { type: 'string', value: '<name>', description: 'where several tenants have an erase credential' },
    url: { type: 'string', value: '<url>', default: 'http://localhost:3100', description: 'of the gateway' },
    ca: { type: 'string', value: '<file>', description: 'certificate of the CA that made the gateway’s' },
    start: { type: 'string', value: '<time>', description: 'RFC 3339 (default: all that is kept)' },
    end: { type: 'string', value: '<time>', description: 'RFC 3339 (default: now)' },
  },
  run: async (values) => {
    const { [PASSWORD]: password = '' } = process.env;
    const { 'user-id': userId, tenant, ca, url } = values;
    if (password === '') throw new UsageError(`${PASSWORD} is not set`);
    if ((userId === undefined) === !values.status) throw new UsageError('either --user-id or --status is wanted');
    const [start, end] = [moment('start', values.start), moment('end', values.end)];
    const config = stackWithLoki(values);
    const access = { url, password, ...(ca === undefined ? {} : { caFile: ca }) };
    if (userId === undefined) {
      for (const { id, status, created } of await erasures(config, tenant, access))
        process.stdout.write(`${id}  ${created.toISOString()}  ${status}\n`);
      return EXIT.good;
    }
    const erasure = {
      userId,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      ...(tenant === undefined ? {} : { tenant }),
    };
    const ids = await erase(config, erasure, access);
    // With a compactor of its own, Loki does not filter what is asked of it until then.
    const soon =
      config.deployment.mode === 'ha'
        ? 'Until then queries still find them.'
        : 'Queries leave them out within 5 minutes.';
    process.stdout.write(
      `Loki took ${ids.length} delete requests: ${ids.join(', ')}.\nThe lines are off the disk when --status says processed of all: a day and a compaction later. ${soon}\n`,
    );
    return EXIT.good;
  },
});
