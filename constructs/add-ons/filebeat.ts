import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';

const NAME = 'filebeat';

/** What reads the logs of a node's containers, and says whose each line is. https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/configuration-beats */
export function filebeat(logstash: string): object {
  return {
    type: 'filebeat',
    config: {
      'filebeat.inputs': [
        {
          type: 'filestream',
          id: 'containers',
          paths: ['/var/log/containers/*.log'],
          parsers: [{ container: {} }],
          // Those are links: https://www.elastic.co/docs/reference/beats/filebeat/filebeat-input-container
          'prospector.scanner.symlinks': true,
        },
      ],
      processors: [
        {
          // Its namespace, pod, container and labels, found by the name of its file.
          add_kubernetes_metadata: {
            node: '${NODE_NAME}',
            host: '${NODE_NAME}',
            matchers: [{ logs_path: { logs_path: '/var/log/containers/' } }],
          },
        },
        { decode_json_fields: { fields: ['message'], target: '', add_error_key: true } },
      ],
      'output.logstash': { hosts: [logstash] },
    },
    daemonSet: {
      podTemplate: {
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: true,
          // Logs of the node, and the folder of the agent's own state there, are root's.
          securityContext: { runAsUser: 0 },
          containers: [
            {
              name: 'filebeat',
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              volumeMounts: [{ name: 'logs', mountPath: '/var/log', readOnly: true }],
            },
          ],
          volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
        },
      },
    },
  };
}

/** May see whose a container is, and nothing else: as Elastic's recipe has it. */
export function filebeatAccount(scope: Construct, namespace: string): void {
  const verbs = ['get', 'list', 'watch'];
  new k8s.KubeServiceAccount(scope, 'filebeat-account', { metadata: { name: NAME, namespace } });
  new k8s.KubeClusterRole(scope, 'filebeat-role', {
    metadata: { name: NAME },
    rules: [
      { apiGroups: [''], resources: ['namespaces', 'pods', 'nodes'], verbs },
      { apiGroups: ['apps'], resources: ['replicasets'], verbs },
      { apiGroups: ['batch'], resources: ['jobs'], verbs },
    ],
  });
  new k8s.KubeClusterRoleBinding(scope, 'filebeat-binding', {
    metadata: { name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
  });
}
