/** Loki's ruler: the parts of Loki's config, pods and policy that follow from `alerting`. */
import { createHash } from 'node:crypto';
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { stringify } from 'yaml';
import { hasRecordingRules, type TenantRules, tenantRules } from '../../alerts';
import type { StackConfig } from '../../config';
import { isBucket } from '../../config/derived/bucket';
import { isIpv6First } from '../../config/derived/ip-families';
import { proxyOf } from '../../config/derived/proxy';
import { formatDuration } from '../../config/units';
import { LOKI_DATASOURCE_UID } from '../../dashboards/explore';
import { alertmanagerUrls, prometheusUrl } from '../kit/addresses';
import { ALERTMANAGER, LOKI, PROMETHEUS } from '../kit/identity';
import { DATA } from './storage';
import { destinationRule, podsOf, tcp } from '../kit/network';
import type { EgressRule } from '../kit/traffic';

/** Folder of the pod with a folder of rules for each tenant. */
export const RULES = '/etc/loki-rules';

/** Loki's `ruler` section, and `ruler_storage`. Empty where `alerting.enabled` is false. */
export function rulerSection(props: StackConfig): Readonly<Record<string, unknown>> {
  const { alerting, grafana, deployment } = props;
  if (!alerting.enabled) return {};
  const alertmanagers = alertmanagerUrls(props);
  const metrics = recordedTo(props);
  const local = { directory: RULES };
  const clientsOfThanos = isBucket(props.storage);
  return {
    // The clients of the chunks' store decide where Loki looks for the place of its rules.
    ...(clientsOfThanos ? { ruler_storage: { backend: 'local', local } } : {}),
    ruler: {
      ...(clientsOfThanos ? {} : { storage: { type: 'local', local } }),
      rule_path: `${DATA}/rules`, // a copy that it works with
      evaluation_interval: formatDuration(alerting.interval),
      // Links of alerts lead to Grafana's Explore, with the query.
      external_url: grafana.url.replace(/\/$/, ''), // Loki joins them as they are
      datasource_uid: LOKI_DATASOURCE_UID,
      ...(alertmanagers.length === 0
        ? {}
        : { alertmanager_url: alertmanagers.join(','), enable_alertmanager_v2: true }),
      // One member of the ring evaluates each group of rules. The members ask each other for the answers of the API.
      ...(deployment.mode === 'ha' ? { enable_sharding: true } : {}),
      ...rulerRing(props),
      wal: { dir: `${DATA}/ruler-wal` }, // default: below the working directory, which is read-only
      ...(metrics === undefined
        ? {}
        : {
            remote_write: {
              enabled: true,
              clients: {
                metrics: {
                  name: 'metrics',
                  url: metrics,
                  // This client alone does not look for a proxy by itself.
                  ...(proxyOf(props, LOKI.name) === undefined ? {} : { proxy_from_environment: true }),
                },
              },
            },
          }),
    },
  };
}

/**
 * A ring of the rulers' own, while the other members are of another Loki that this one joins. In the same ring, either side would leave
 * rules to a member that does not have them. By default, it is that of all members.
 */
function rulerRing({ deployment, namespaces, network }: StackConfig): Readonly<Record<string, unknown>> {
  if (deployment.joins === undefined) return {};
  const kvstore = { store: 'memberlist', prefix: `rulers/${namespaces.logging}/` };
  // Where a section has a ring of its own, Loki does not look at that of all.
  return { ring: { kvstore, ...(isIpv6First({ network }) ? { instance_enable_ipv6: true } : {}) } };
}

/** URL that takes the results of recording rules. Undefined where there are none. */
function recordedTo(props: StackConfig): string | undefined {
  if (!hasRecordingRules(props)) return undefined;
  const embedded = prometheusUrl(props);
  return props.alerting.remoteWrite?.url ?? (embedded === undefined ? undefined : `${embedded}/api/v1/write`);
}

/** A ConfigMap of rules, and its folder in the pod. */
export interface RuleConfigMap {
  readonly name: string;
  readonly mountPath: string;
  readonly data: Readonly<Record<string, string>>;
}

/** One for each tenant with rules. If tenants without rules had one, a new tenant would change the pod, and restart Loki. */
export function ruleConfigMaps(props: StackConfig): readonly RuleConfigMap[] {
  return props.alerting.enabled ? tenantRules(props).filter(hasRules).map(ruleConfigMap) : [];
}

const hasRules = ({ files }: TenantRules): boolean => Object.values(files).some(({ groups }) => groups.length > 0);

function ruleConfigMap({ tenant, files }: TenantRules): RuleConfigMap {
  return {
    name: `loki-rules-${isName(tenant) ? tenant : createHash('sha256').update(tenant).digest('hex').slice(0, 16)}`,
    mountPath: `${RULES}/${tenant}`,
    data: Object.fromEntries(
      Object.entries(files).map(([name, file]) => [
        name,
        stringify(file, { lineWidth: 0, aliasDuplicateObjects: false }),
      ]),
    ),
  };
}

/** Whether a tenant's name can be a part of a name in Kubernetes, which has at most 63 letters. */
function isName(tenant: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(tenant);
}

/** Mounts of the folders, without subPath. A changed ConfigMap then arrives in the running pod, and Loki reloads it. */
export function ruleMounts(props: StackConfig): Required<Pick<k8s.Container, 'volumeMounts'>> & {
  readonly volumes: readonly k8s.Volume[];
} {
  const maps = ruleConfigMaps(props);
  return {
    volumeMounts: maps.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
    volumes: maps.map(({ name }) => ({ name, configMap: { name } })),
  };
}

/** Access to Alertmanager, and to the store of recorded metrics. */
export function rulerEgress(props: StackConfig): readonly EgressRule[] {
  const { alerting, alertmanager, namespaces } = props;
  if (!alerting.enabled) return [];
  const metrics = recordedTo(props);
  return [
    ...(alertmanager.type === 'embedded'
      ? [{ to: [podsOf(ALERTMANAGER, namespaces.logging)], ports: tcp(ALERTMANAGER.ports.http) }]
      : []),
    ...(alertmanager.type === 'external' ? alertmanager.egress.map(destinationRule) : []),
    ...(metrics === undefined
      ? []
      : (alerting.remoteWrite?.egress.map(destinationRule) ?? [
          { to: [podsOf(PROMETHEUS, namespaces.logging)], ports: tcp(PROMETHEUS.ports.http) },
        ])),
  ];
}
