/** An EKS cluster that exists: facts, given by the configuration. */
export interface EksCluster {
  readonly region: string;
  readonly cluster: string;
  /** `https://…` */
  readonly endpoint: string;
  /** Base64 of its certificate. */
  readonly certificateAuthority: string;
  readonly vpc: string;
  /** Private subnets of at least two zones, for databases. */
  readonly subnets: readonly string[];
  readonly subnetCidrs: readonly string[];
  /** Security group of the nodes: from there databases may be called. */
  readonly nodeSecurityGroup: string;
  /** For workload identities. */
  readonly account: string | undefined;
  readonly oidcIssuer: string | undefined;
  /** SNS topic for alarms of what the cluster does not see: the disks of databases. */
  readonly alarmTopic?: string | undefined;
  /** For CloudFront. */
  readonly siteCertificate: string | undefined;
}
