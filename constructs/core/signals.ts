import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** What a service that answers HTTP calls its metrics of requests. */
export interface RequestMetrics {
  /** Counter of requests: `http_requests_total`. */
  readonly counter: string;
  /** Its label with the status code. */
  readonly status: string;
  /** Histogram of durations in seconds, without `_bucket`. */
  readonly duration: string;
}

/** What a part tells monitoring of itself: where its metrics are, and what there is to alarm on. */
export type Signal =
  | {
      /** Answers HTTP. */
      readonly kind: 'http';
      readonly name: string;
      readonly selector: Readonly<Record<string, string>>;
      /** Port of its metrics, and that port's name in the Service. */
      readonly port: number;
      readonly portName: string;
      readonly path: string;
      readonly interval: string;
      /** Its metrics of requests; none where it has no such. */
      readonly requests?: RequestMetrics;
      /** What its metrics are about, where that is not itself: a Postgres, by postgres_exporter. */
      readonly tellsOf?: 'postgres';
      /** An autoscaler owns the number of its copies. */
      readonly scales: boolean;
    }
  | {
      /** An OpenTelemetry Collector. */
      readonly kind: 'collector';
      readonly name: string;
      readonly selector: Readonly<Record<string, string>>;
      /** Its own metrics, and those that others sent to it. */
      readonly ports: readonly number[];
    }
  | {
      /** Runs on a schedule, and must have ended well within `within`. */
      readonly kind: 'scheduled';
      readonly name: string;
      readonly does: 'backup' | 'drill' | 'archive';
      readonly within: Duration;
    }
  | {
      /** A volume that can fill up; `claims` is a regular expression of claim names. */
      readonly kind: 'volume';
      readonly name: string;
      readonly claims: string;
    }
  | {
      /** A CloudNativePG cluster. */
      readonly kind: 'postgres';
      readonly name: string;
      readonly selector: Readonly<Record<string, string>>;
      readonly port: number;
    }
  | {
      /** Pods of a Deployment or StatefulSet without metrics of their own: alarms come from the cluster's. */
      readonly kind: 'workload';
      readonly name: string;
    };

/** A part that can be watched. */
export interface Monitored extends IConstruct {
  readonly signals: readonly Signal[];
}
