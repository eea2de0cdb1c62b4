/** A GKE cluster that exists: facts, given by the configuration. Each may be a marker, where another stack tells it. */
export interface GkeCluster {
  readonly project: string;
  /** Of the project, for workload identities. */
  readonly projectNumber: string;
  /** Where databases, buckets and disks are. */
  readonly region: string;
  readonly cluster: string;
  /** `https://…` */
  readonly endpoint: string;
  /** Base64 of its certificate. */
  readonly certificateAuthority: string;
  /** VPC: `projects/<project>/global/networks/<name>`. */
  readonly network: string;
  readonly serviceCidrs: readonly string[];
  /** Where the API server answers pods. */
  readonly controlPlaneCidrs: readonly string[];
  /** Name of the range that was allocated to Google's services (private service access), where databases are. */
  readonly privateServices: string;
  readonly privateServicesCidrs: readonly string[];
  /** Notification channel of Cloud Monitoring for alarms of what the cluster does not see: the disks of databases. */
  readonly alarmChannel?: string | undefined;
}
