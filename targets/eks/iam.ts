import { text } from '../../constructs/core/compose';
import { type Language, onlyMatching, Pen } from '../../constructs/core/language';
import { isMarker } from '../../constructs/core/marker';
import type { Problem } from '../../constructs/core/problem';

/** Part of an ARN: IAM reads `*` and `?` as any text, and `${…}` as a variable. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html */
const ARN_PART: Language = {
  name: 'an ARN of IAM',
  refuses: onlyMatching(/^[A-Za-z0-9][A-Za-z0-9._/@+=,-]*$/, 'letters, digits and . _ / @ + = , -'),
  write: (part) => part,
  example: '123456789012',
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET: Language = {
  name: 'an ARN of S3',
  refuses: onlyMatching(
    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'the name of one bucket: 3 to 63 lower-case letters, digits, dots and dashes',
  ),
  write: (bucket) => bucket,
  example: 'acme-backups',
};

/** What IAM is told, and what of it was refused. */
interface Named {
  readonly arn: string;
  readonly problems: readonly Problem[];
}

/** A bucket that is somebody else's; its name may be an output. */
export function bucketArn(region: string, bucket: string, field: string): Named {
  const pen = new Pen();
  const name = isMarker(bucket) ? bucket : pen.into(BUCKET, bucket, field);
  return { arn: text`arn:${partitionOf(region)}:s3:::${name}`, problems: pen.problems };
}

/** The OIDC provider of a cluster. An account that is not set is another's problem. */
export function oidcProviderArn(region: string, account: string | undefined, issuer: string | undefined): Named {
  const pen = new Pen();
  const part = (told: string | undefined, field: string) => (told === undefined ? '' : pen.into(ARN_PART, told, field));
  const [owner, provider] = [part(account, 'eks:account'), part(issuer, 'eks:oidcIssuer')];
  return { arn: `arn:${partitionOf(region)}:iam::${owner}:oidc-provider/${provider}`, problems: pen.problems };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
