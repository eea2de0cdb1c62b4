import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** What a part tells monitoring of itself: where its metrics are, and what there is to alarm on. */
export type Signal =
  | {
      /** Answers HTTP, and tells of it by OpenTelemetry's names. */
      readonly kind: 'http';
      readonly name: string;
      readonly selector: Readonly<Record<string, string>>;
      readonly port: number;
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
    };

/** A part that can be watched. */
export interface Monitored extends IConstruct {
  readonly signals: readonly Signal[];
}
