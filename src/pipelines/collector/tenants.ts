/**
 * Tenants by namespace: lines of some namespaces have a receiver of their own, and are sent with the credential of their tenant.
 */
import { namespacesIn } from '../../config/namespace-pattern';
import { LABELS } from '../../log-model';
import { literal, matches } from './ottl';
import { podReceiver, type ReceiverProps } from './receivers';

export type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** `service.pipelines` of the Collector's config file. */
export type Pipelines = Readonly<
  Record<string, Readonly<Record<'receivers' | 'processors' | 'exporters', readonly string[]>>>
>;

/** Namespaces of a tenant of their own. */
export interface TenantExporter {
  readonly name: string;
  /** By name or by pattern. None of them is another tenant's too. */
  readonly namespaces: readonly string[];
  /** Component that sends their records. */
  readonly exporter: string;
}

/** Where every record goes first, and from there on. */
export interface WaysToLoki {
  /** A component that sends, or one that hands on. */
  readonly first: string;
  readonly connectors: Components;
  readonly pipelines: Pipelines;
}

const PODS = 'file_log/pods';
const ROUTING = 'routing/tenants';
const PIPELINE = 'logs/loki';

/**
 * Receivers of pods. The namespaces of each tenant have one of their own, so that a tenant whose queue is full keeps nobody else's
 * lines from being read: a receiver waits until what it has read is on a queue.
 */
export function podReceivers(
  props: ReceiverProps & { readonly excludeNamespaces: readonly string[]; readonly tenants: readonly TenantExporter[] },
): Components {
  const { excludeNamespaces, tenants } = props;
  const ofTenants = tenants.flatMap(({ namespaces }) => namespaces);
  return {
    [PODS]: podReceiver({ only: [], without: [...excludeNamespaces, ...ofTenants] }, props),
    ...Object.fromEntries(
      tenants.map(({ name, namespaces }) => [
        `${PODS}/${name}`,
        podReceiver({ only: namespaces, without: excludeNamespaces }, props),
      ]),
    ),
  };
}

/**
 * From records to what sends them: by the namespace that the path of a pod's file names, which no line can change. A record goes one
 * way alone.
 */
export function waysToLoki(exporter: string, tenants: readonly TenantExporter[]): WaysToLoki {
  if (tenants.length === 0) return { first: exporter, connectors: {}, pipelines: {} };
  const wayOf = (name: string): string => `${PIPELINE}/${name}`;
  return {
    first: ROUTING,
    connectors: {
      [ROUTING]: {
        error_mode: 'silent',
        default_pipelines: [PIPELINE],
        table: tenants.map(({ name, namespaces }) => ({
          context: 'resource',
          condition: matches(`attributes[${literal(LABELS.namespace)}]`, `^(?:${namespacesIn(namespaces)})$`),
          pipelines: [wayOf(name)],
        })),
      },
    },
    pipelines: {
      [PIPELINE]: { receivers: [ROUTING], processors: [], exporters: [exporter] },
      ...Object.fromEntries(
        tenants.map((tenant) => [
          wayOf(tenant.name),
          { receivers: [ROUTING], processors: [], exporters: [tenant.exporter] },
        ]),
      ),
    },
  };
}
