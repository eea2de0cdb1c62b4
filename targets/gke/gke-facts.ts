/** What is known of a GKE cluster before anything is made: it decides what there is, and what it is called. */
export interface NamedGke {
  readonly project: string;
  /** Of the project, for workload identities. */
  readonly projectNumber: string;
  /** Where the cluster, databases, buckets and disks are. */
  readonly region: string;
  readonly cluster: string;
  /** Notification channel of Cloud Monitoring for alarms of what the cluster does not see: the disks of databases. */
  readonly alarmChannel?: string | undefined;
}

/** The facts of a cluster, as the configuration or another stack tells them, or as resources of this stack have them: texts or markers. */
export interface GkeFacts {
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
}
