/**
 * What the API server fills in and nobody can change afterwards, of what is taken over by `import`: its inputs are the whole live object, ours
 * are not, and each of these would be a difference that replaces. They stay as they are.
 */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  Service: ['spec.clusterIP', 'spec.clusterIPs', 'spec.ipFamilies', 'spec.ipFamilyPolicy'],
  PersistentVolumeClaim: ['spec.volumeName', 'spec.volumeMode', 'spec.storageClassName', 'spec.accessModes'],
  Job: ['spec.selector', 'spec.template', 'spec.completionMode'],
  StatefulSet: ['spec.volumeClaimTemplates', 'spec.podManagementPolicy', 'spec.serviceName', 'spec.selector'],
};

export function leftAsImported(kind: string | undefined): readonly string[] {
  return kind === undefined ? [] : (FILLED[kind] ?? []);
}
