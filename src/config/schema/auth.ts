import { z } from 'zod';
import { defaults } from '../defaults';
import { dnsLabel, tenantName } from '../scalars';

const tenant = z.strictObject({
  name: tenantName().describe('Tenant id; the gateway sends it to Loki as X-Scope-OrgID.'),
  write: z.array(dnsLabel()).default([]).describe('Names of the credentials that may push.'),
  read: z.array(dnsLabel()).default([]).describe('Names of the credentials that may query.'),
  erase: z
    .array(dnsLabel())
    .default([])
    .describe('Names of the credentials that may have lines deleted. They may do nothing else.'),
});

const crossTenantReader = z.strictObject({
  name: dnsLabel().describe('Name of the credential.'),
  tenants: z.array(tenantName()).min(1).describe('Tenants whose lines it reads, all in one query. At least two.'),
});

export const auth = z.strictObject({
  loki: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether the gateway asks for a credential. If not, every client acts as the first tenant.'),
      tenants: z
        .array(tenant)
        .min(1)
        .default([{ name: defaults.auth.tenant, write: [defaults.auth.write], read: [defaults.auth.read], erase: [] }])
        .describe('Tenants and the names of their credentials. A credential belongs to one tenant and one kind.'),
      crossTenantReaders: z
        .array(crossTenantReader)
        .default([])
        .describe(
          'Credentials that read several tenants at once. They can neither tail nor read rules, because Loki offers both for one tenant only.',
        ),
    })
    .prefault({}),
});
