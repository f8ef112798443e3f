/** What was found of a running stack, before it is a stack file. */
import { formatReceived, type Problem } from '../../config/problem';
import { Draft } from './draft';
import { missing, type Outcome, taken } from './source';

/** A period of the index, as Loki's config has it. */
export interface Period {
  readonly from: string;
  /** `tsdb`, `boltdb-shipper` … */
  readonly store: string;
  /** `s3`, `aws`, `filesystem` … */
  readonly objectStore: string;
  readonly schema: string;
  readonly prefix?: string;
  /** Time that one of its tables is about: `24h`. */
  readonly tables?: string;
}

/** Where chunks and index are. */
export interface FoundStore {
  type?: string;
  bucket?: string;
  region?: string;
  endpoint?: string;
  forcePathStyle?: boolean;
  insecure?: boolean;
  /** Part of the bucket. */
  prefix?: string;
  /** An access key is given, not an identity of the cloud. */
  hasKey?: boolean;
  encryption?: { type?: string; keyId?: string };
  account?: string;
  container?: string;
  endpointSuffix?: string;
  userAssignedId?: string;
}

/** Everything that is known, filled in while the files are read. */
export class Found {
  readonly draft = new Draft({ environment: 'staging' });
  readonly store: FoundStore = {};
  periods: readonly Period[] = [];
  /** Whether Loki asks who somebody is; `undefined` where nothing says so. */
  multiTenant?: boolean;
  tenants: readonly string[] = [];
  /** Annotations of Loki's ServiceAccount, by which a cloud knows it. */
  identity: Readonly<Record<string, unknown>> = {};
  /** The chart’s own name of how its Lokis share the work. */
  mode?: string;
  /** Seconds that the old Loki has to end. */
  graceSeconds?: number;
  replicas?: number;
  replicationFactor?: number;
  /** Retention by the table manager, which Loki's index has no use for. */
  tableManagerRetention?: string;
  /** Whether Loki is in another cluster. */
  isAgentAlone = false;
  /** Tenant that the agent has written as. */
  agentTenant: string | undefined;
  /** What the reader has to know beside the list. */
  readonly notes: string[] = [];

  /** What of it cannot be here. */
  readonly lacks: Problem[] = [];

  lack(path: string, received: string, rule: string, remedy = 'change it before you move; docs/from-charts.md'): void {
    this.lacks.push({ path, received: formatReceived(received), rule, remedy });
  }

  /** Takes a value over, unless the key would not take it. */
  put(key: string, value: unknown): Outcome {
    const rule = this.draft.try(key, value);
    return rule === undefined ? taken(key) : missing(`\`${key}\` wants ${rule}`);
  }

  readonly note = (text: string): void => {
    if (!this.notes.includes(text)) this.notes.push(text);
  };
}
