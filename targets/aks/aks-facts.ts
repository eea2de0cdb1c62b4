/** What is known of an AKS cluster before anything is made: it decides what there is, and what it is called. */
export interface NamedAks {
  readonly subscription: string;
  /** Where databases, caches and storage are made, and where the vault is. */
  readonly resourceGroup: string;
  readonly location: string;
  readonly cluster: string;
  /** Key Vault that External Secrets reads, or a person who seals. */
  readonly keyVault?: string | undefined;
  /** Action group of Azure Monitor for alarms of what the cluster does not see: the disks of databases. */
  readonly actionGroup?: string | undefined;
  /** Backups of databases lie in the paired region too; cannot be changed once a server is made. */
  readonly geoRedundantBackups: boolean;
  /** Extensions that a database may create: https://learn.microsoft.com/azure/postgresql/extensions/how-to-allow-extensions */
  readonly extensions?: readonly string[] | undefined;
  /** Azure locks for good only what exists: `unlocked` when it is made, `locked` from then on. */
  readonly archives: 'unlocked' | 'locked';
}

/** The facts of a cluster, as the configuration or another stack tells them, or as resources of this stack have them: texts or markers. */
export interface AksFacts {
  /** `https://…` */
  readonly endpoint: string;
  /** Base64 of its certificate. */
  readonly certificateAuthority: string;
  /** Whose tokens Entra ID believes: with `https://`, and the slash at its end. */
  readonly oidcIssuer: string;
  readonly serviceCidrs: readonly string[];
  /** Where the API server answers pods: its public address, or its own subnet. */
  readonly controlPlaneCidrs: readonly string[];
  /** Subnet that is delegated to Microsoft.DBforPostgreSQL/flexibleServers, and the private DNS zone where its servers are found. */
  readonly databaseSubnet: string;
  readonly databaseSubnetCidrs: readonly string[];
  readonly databaseZone: string;
  /** Subnet of private endpoints, and the zone privatelink.redis.azure.net. */
  readonly endpointSubnet: string;
  readonly endpointSubnetCidrs: readonly string[];
  readonly redisZone: string;
}
