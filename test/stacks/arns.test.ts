import { bucketArn, oidcProviderArn } from '../../targets/eks/iam';

test.each(['*', '', 'a*', 'a/b', 'acme${aws:username}', 'UPPER', 'a'])('%j is no bucket', (bucket) => {
  expect(bucketArn('eu-central-1', bucket, 'existing').problems).toMatchObject([
    { code: 'SW-TEXT-001', fix: "existing: 'acme-backups'" },
  ]);
});

test.each([
  ['eu-central-1', 'arn:aws:s3:::acme'],
  ['cn-north-1', 'arn:aws-cn:s3:::acme'],
  ['us-gov-west-1', 'arn:aws-us-gov:s3:::acme'],
])('a bucket in %s', (region, arn) => expect(bucketArn(region, 'acme', 'existing')).toEqual({ arn, problems: [] }));

test('an account and an issuer are words, and no patterns', () => {
  expect(oidcProviderArn('eu-central-1', '*', 'oidc.acme.org/id/1').problems).toHaveLength(1);
  expect(oidcProviderArn('eu-central-1', '123456789012', 'oidc.acme.org/id/?').problems).toHaveLength(1);
  expect(oidcProviderArn('eu-central-1', '123456789012', 'oidc.acme.org/id/1')).toEqual({
    arn: 'arn:aws:iam::123456789012:oidc-provider/oidc.acme.org/id/1',
    problems: [],
  });
});
