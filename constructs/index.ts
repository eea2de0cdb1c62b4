export { ADD_ONS, AddOn, type AddOnName } from './add-ons/add-on';
export { CloudResource, type CloudResourceProps } from './core/cloud-resource';
export { clusterProvider } from './core/cluster-provider';
export { base64, json, jsonString, text, uri } from './core/compose';
export type { Copies } from './core/copies';
export type { Endpoint, HasEndpoint, Reach } from './core/endpoint';
export { HelmRelease, type HelmReleaseProps } from './core/helm-release';
export { alias, component, nodeOptions, provide } from './core/node-options';
export { OutputResolver } from './core/output-resolver';
export { part } from './core/part';
export type { Answer, Platform, PostgresRequest, Profile, RedisRequest, Store, StoreRequest } from './core/platform';
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
export { ObjectStore, type ObjectStoreProps } from './data/object-store';
export { Postgres, type PostgresProps } from './data/postgres';
export { Redis, type RedisProps } from './data/redis';
export { RestoreDrill, type RestoreDrillProps } from './data/restore-drill';
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
export { type ExposeOptions, expose } from './network/expose';
export { Monitoring, type MonitoringProps } from './observe/monitoring';
export type { Objectives } from './observe/rules';
export { Tracing, type TracingBackend, type TracingProps } from './observe/tracing';
export { inject, injectExisting, type SecretKey } from './secrets/inject';
export { fromConfig, fromStore, type GivenSecret, generated, given } from './secrets/sources';
export { Gateway, type GatewayProps } from './service/gateway';
export type { HttpServiceProps, Metrics, Scratch, Shutdown } from './service/http-props';
export { Migration, type MigrationProps } from './service/migration';
export { Web, type WebProps } from './service/web';
