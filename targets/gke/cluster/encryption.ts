import type * as kms from '@pulumi/gcp/kms';
import type { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { text } from '../../../constructs/core/compose';
import { uniqueName } from '../unique-name';
import type { GkeSpec } from './gke-spec';

/** 90 days: https://cloud.google.com/kms/docs/key-rotation#how_often_to_rotate_keys */
const ROTATION = `${90 * 86_400}s`;

/** A key for Secrets of the cluster, that GKE alone may use. A ring is never deleted, so its name is new each time. Gives the key's id. */
export function secretsKey(scope: Construct, { cluster, region, projectNumber, profile }: GkeSpec): string {
  const ring = new CloudResource<kms.KeyRingArgs, kms.KeyRing>(scope, 'key-ring', {
    type: 'gcp:kms/keyRing:KeyRing',
    inputs: { name: uniqueName(scope, cluster, 63), location: region },
  });
  const key = new CloudResource<kms.CryptoKeyArgs, kms.CryptoKey>(scope, 'key', {
    type: 'gcp:kms/cryptoKey:CryptoKey',
    protect: profile.protectData,
    inputs: {
      name: 'secrets',
      keyRing: ring.output('id'),
      purpose: 'ENCRYPT_DECRYPT',
      rotationPeriod: ROTATION,
    },
  });
  const use = new CloudResource<kms.CryptoKeyIAMMemberArgs, kms.CryptoKeyIAMMember>(scope, 'key-user', {
    type: 'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember',
    inputs: {
      cryptoKeyId: key.output('id'),
      role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
      member: text`serviceAccount:service-${projectNumber}@container-engine-robot.iam.gserviceaccount.com`,
    },
  });
  // Whoever names the key waits until GKE may use it.
  return use.output('cryptoKeyId');
}
