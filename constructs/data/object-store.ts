import { type Duration, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { nameOf, shortNameOf } from '../core/labels';
import { part, recordConnection } from '../core/part';
import type { Store, StoreAccess, StoreRequest } from '../core/platform';
import { sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import type { Workload } from '../core/workload';
import { allowTo } from '../network/network-policy';
import { claim } from './claim';

export interface ObjectStoreProps {
  /** How long an object stays. */
  readonly keep: Duration;
  /** Nobody changes or deletes an object before `keep` is over. Needs a target with object lock (EKS: S3). @default false */
  readonly locked?: boolean;
  /** Bucket that exists and is somebody else's, who must let these pods in. Not in the cluster. */
  readonly existing?: string;
  /** Room, where it is a volume in the cluster. @default 20 GiB */
  readonly storage?: Size;
}

/**
 * A place for files that outlive the pods: backups, archives.
 * Creates: what the target offers (on EKS an S3 bucket: private, encrypted, versioned, with a lifecycle, and an object lock where one is
 * asked for); in the cluster a PersistentVolumeClaim.
 * A locked one drops objects after `keep`. In another, whoever writes deletes what is older, once newer was read back; a bucket has the
 * deleted and the overwritten for as long again.
 * Limitation: in the cluster it dies with the disk, and has no lock; use it for development.
 */
export class ObjectStore extends Construct implements Monitored {
  readonly store: Store;
  /** Of its volume, where it is one: whoever writes into it has them among its own. */
  readonly signals: readonly Signal[];
  readonly keepDays: number;

  constructor(scope: Construct, id: string, props: ObjectStoreProps) {
    super(scope, id);
    const { platform } = systemOf(this);
    const request: StoreRequest = {
      name: nameOf(this),
      keepDays: props.keep.toDays(),
      locked: props.locked ?? false,
      storage: props.storage ?? Size.gibibytes(20),
      ...(props.existing === undefined ? {} : { existing: props.existing }),
    };
    this.keepDays = request.keepDays;
    this.store = platform.objectStore?.(this, request) ?? volume(this, request);
    const { claim: name } = this.store;
    this.signals = name === undefined ? [] : [{ kind: 'volume', name, claims: name }];
    part(this, 'seaworthy:data:ObjectStore', () => this.store.facts);
    report(this, () => problemsWith(request, this.store, platform.profile.protectData));
  }

  /** Opens the way of a job to the store, and gives its identity what it needs there, and no more. */
  connectFrom(from: Workload, access: readonly StoreAccess[]): void {
    const edge = new Construct(from, `to-${this.node.id}`);
    const name = `${shortNameOf(from)}-to-${shortNameOf(this)}`;
    if (this.store.reach.length > 0) allowTo(edge, name, from.selector, this.store.reach);
    const identity = this.store.grant?.(from, nameOf(from), access);
    if (identity !== undefined) {
      from.identify?.(identity);
      report(from, () => (from.identify === undefined ? [cannotCarry(from, this)] : []));
    }
    recordConnection(from, () => ({
      from: from.node.path,
      to: this.node.path,
      port: 443,
      variables: [],
      facts: [access.join(' and ')],
    }));
  }
}

/** In the cluster: rclone speaks of a mounted claim as of a bucket. */
function volume(scope: Construct, { name, keepDays, storage, locked }: StoreRequest): Store {
  const { platform } = systemOf(scope);
  claim(scope, 'claim', { name, size: storage, access: 'ReadWriteOnce' });
  return {
    remote: { RCLONE_CONFIG_STORE_TYPE: 'alias', RCLONE_CONFIG_STORE_REMOTE: '/store' },
    folder: '',
    reach: [],
    claim: name,
    expires: false,
    facts: [
      `${sizeText(storage)} volume on ${platform.storageClass}`,
      `kept ${daysInWords(keepDays)}`,
      ...(locked ? ['not locked: it is a volume'] : []),
    ],
  };
}

/** `7 years`, `14 days`, `1 day` */
export function daysInWords(days: number): string {
  const years = Math.floor(days / 365);
  if (years > 0 && days % 365 < 3) return years === 1 ? '1 year' : `${years} years`;
  return days === 1 ? '1 day' : `${days} days`;
}

function cannotCarry(from: Workload, to: ObjectStore): Problem {
  const what = `${to.node.path} lets in whom its cloud knows, and ${from.node.path} cannot carry an identity of a cloud.`;
  const fix = 'identify(identity) of the Workload: annotations of its ServiceAccount, labels of its pods';
  return { code: 'SW-STORE-004', severity: 'error', what, fix };
}

function problemsWith({ locked, keepDays, existing }: StoreRequest, store: Store, protectData: boolean): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(keepDays) || keepDays < 1) {
    const what = `keep is ${keepDays} days; it must be a whole number of 1 or more.`;
    problems.push({ code: 'SW-STORE-001', severity: 'error', what, fix: 'keep: Duration.days(30)' });
  }
  if (existing !== undefined && store.claim !== undefined) {
    const what = `existing is "${existing}", but this target keeps files in volumes, and has no buckets.`;
    problems.push({ code: 'SW-STORE-003', severity: 'error', what, fix: 'a target with an object store (a cloud)' });
  }
  if (locked && store.claim !== undefined && protectData) {
    const what = 'locked is true, but a volume in the cluster can be changed and deleted by whoever mounts it.';
    const fix = "a target with an object store (a cloud), or locked: false (of Talos: talos:audit.locked: 'false')";
    problems.push({ code: 'SW-STORE-002', severity: 'error', what, fix });
  }
  return problems;
}
