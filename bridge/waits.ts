/**
 * Longest wait for a kind, in seconds: create, update and delete alike. The provider waits for readiness, and without a bound a
 * stuck object holds `pulumi up` for ten minutes and more. What is not named is ready as soon as it exists.
 */
const WAITS: Readonly<Record<string, number>> = {
  CustomResourceDefinition: 120,
  DaemonSet: 600,
  Deployment: 600,
  Ingress: 600,
  Job: 900,
  Namespace: 600,
  PersistentVolumeClaim: 300,
  Pod: 300,
  Service: 300,
  StatefulSet: 900,
};

export function waitOf(kind: string | undefined): number | undefined {
  return kind === undefined ? undefined : WAITS[kind];
}
