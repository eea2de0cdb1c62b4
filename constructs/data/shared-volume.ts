import type { Size } from 'cdk8s';
import { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import { sizeText } from '../core/pod';
import { type Problem, report } from '../core/problem';
import { systemOf } from '../core/system';
import type { ClaimMount } from '../service/http-props';
import { claim } from './claim';

export interface SharedVolumeProps {
  readonly size: Size;
  /** A class whose volumes many nodes mount at once: EFS, Filestore, Azure Files, NFS. */
  readonly storageClass: string | undefined;
}

/**
 * Files that several copies of a service share.
 * Creates: a PersistentVolumeClaim, `ReadWriteMany`.
 * Limitation: a network file system is slower than a disk, and locks are the programs' own affair; a database is nearly always better.
 *
 *     const files = new SharedVolume(this, 'files', { size: Size.gibibytes(10), storageClass: 'efs-sc' });
 *     new Gateway(this, 'api', { …, claims: [files.at('/app/data')] });
 */
export class SharedVolume extends Construct {
  private readonly claim: string;

  constructor(scope: Construct, id: string, { size, storageClass }: SharedVolumeProps) {
    super(scope, id);
    this.claim = nameOf(this);
    const { platform } = systemOf(this);
    claim(this, 'claim', {
      name: this.claim,
      size,
      access: 'ReadWriteMany',
      ...(storageClass === undefined ? {} : { storageClass }),
    });
    part(this, 'seaworthy:data:SharedVolume', () => [
      `${sizeText(size)} on ${storageClass ?? platform.storageClass}`,
      'mounted by many nodes',
    ]);
    report(this, () =>
      storageClass === undefined && platform.profile.highlyAvailable ? [ofOneNode(platform.storageClass)] : [],
    );
  }

  /** The volume, in a folder of a service. */
  at(folder: string): ClaimMount {
    return { claim: this.claim, folder };
  }
}

function ofOneNode(storageClass: string): Problem {
  const what = `storageClass is not set; volumes of ${storageClass} are mounted by one node at a time, and the copies run on several.`;
  return { code: 'SW-VOLUME-001', severity: 'error', what, fix: "storageClass: 'efs-sc'" };
}
