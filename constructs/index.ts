export { Access, type AccessProps, type AccessRule } from './access/access';
export { Identity, type IdentityProps } from './access/identity';
export { Quota, type QuotaProps } from './access/quota';
export { ADD_ONS, AddOn, type AddOnName, type PlatformOptions } from './add-ons/add-on';
export { type Brought, bring } from './core/brought';
export { CloudResource, type CloudResourceProps } from './core/cloud-resource';
export { clusterProvider } from './core/cluster-provider';
export { base64, json, jsonString, text, uri } from './core/compose';
export type { Copies } from './core/copies';
export type { Endpoint, HasEndpoint, Reach } from './core/endpoint';
export type { Auth, Cors } from './core/expose-options';
export { FRONT_DOORS } from './core/front-doors';
export { HelmRelease, type HelmReleaseProps } from './core/helm-release';
export { alias, component, nodeOptions, provide } from './core/node-options';
export { OutputResolver } from './core/output-resolver';
export { part } from './core/part';
export { patch } from './core/patch';
export type {
  Answer,
  FrontDoorController,
  Platform,
  PostgresRequest,
  Profile,
  RedisRequest,
  Store,
  StoreRequest,
} from './core/platform';
export { type Problem, ProblemsError, report } from './core/problem';
export { PROFILES } from './core/profile';
export type { SecretBackend, SecretSource } from './core/secret-source';
export type { Monitored, RequestMetrics, Signal } from './core/signals';
export { IN_CLUSTER, System, type SystemProps } from './core/system';
export { attribute, fromOutput, numberFromOutput } from './core/value';
export { VERSIONS } from './core/versions';
export type { Workload } from './core/workload';
export { Archive, type ArchiveProps } from './data/archive';
export { Backup, type BackupProps } from './data/backup';
export { ClusterBackup, type ClusterBackupProps } from './data/cluster-backup';
export { FastDisk, type FastDiskProps } from './data/fast-disk';
export { ObjectStore, type ObjectStoreProps } from './data/object-store';
export { Postgres, type PostgresProps } from './data/postgres';
export { Redis, type RedisProps } from './data/redis';
export { type BackupElsewhere, RestoreDrill, type RestoreDrillProps } from './data/restore-drill';
export { SharedVolume, type SharedVolumeProps } from './data/shared-volume';
export {
  address,
  type ConnectOptions,
  connect,
  database,
  host,
  password,
  port,
  type Shape,
  url,
  username,
} from './network/connect';
export { connectToFrontDoor, type ExposeOptions, expose, SECURITY_HEADERS } from './network/expose';
export { External, type ExternalProps } from './network/external';
export { type ExposePortOptions, exposePort } from './network/front-door/port';
export type { GivenDashboard, Graph } from './observe/dashboard';
export { ErrorReporting, type ErrorReportingProps } from './observe/error-reporting';
export { Monitoring, type MonitoringProps } from './observe/monitoring';
export { PostgresExporter, type PostgresExporterProps } from './observe/postgres-exporter';
export type { Objectives, Rule, RuleGroup } from './observe/rules';
export { Tracing, type TracingProps } from './observe/tracing';
export type { TracingBackend } from './observe/tracing-backend';
export { keepCredentials } from './secrets/credentials';
export { inject, injectExisting, type SecretKey } from './secrets/inject';
export { pullSecret } from './secrets/pull-secret';
export { fromConfig, fromStore, type GivenSecret, generated, given, randomBytes } from './secrets/sources';
export { Gateway, type GatewayProps } from './service/gateway';
export type { ClaimMount, HttpServiceProps, Metrics, Scratch, Shutdown } from './service/http-props';
export { HttpService } from './service/http-service';
export { Job, type JobProps } from './service/job';
export { Migration, type MigrationProps } from './service/migration';
export { ReverseProxy, type ReverseProxyProps } from './service/reverse-proxy';
export { Signaling, type SignalingProps } from './service/signaling';
export { Site, type SiteProps } from './service/site';
export { Turn, type TurnProps } from './service/turn';
export { Web, type WebProps } from './service/web';
export { Worker, type WorkerProps } from './service/worker';
