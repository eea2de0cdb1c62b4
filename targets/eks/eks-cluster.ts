/** What is known of an EKS cluster before anything is made: it decides what there is, and what it is called. */
export interface NamedEks {
  readonly region: string;
  readonly cluster: string;
  /** SNS topic for alarms of what the cluster does not see: the disks of databases. */
  readonly alarmTopic?: string | undefined;
  /** For CloudFront. */
  readonly siteCertificate?: string | undefined;
}

/** The facts of a cluster, as the configuration or another stack tells them, or as resources of this stack have them: texts or markers. */
export interface EksFacts {
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
  /** OIDC issuer, without https://, for workload identities. */
  readonly oidcIssuer?: string | undefined;
  /** ARN of the issuer's provider in IAM. @default made of account and issuer */
  readonly oidcProvider?: string | undefined;
  readonly account?: string | undefined;
  /** Range of the address where names are asked, and of the API server's Service. @default those of the two ranges that EKS takes by itself */
  readonly resolver?: string | undefined;
  readonly apiService?: string | undefined;
}

export interface EksCluster extends NamedEks, EksFacts {}
