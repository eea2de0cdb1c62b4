import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { VERSIONS } from '../core/versions';
import { LOG_FIELDS, type PlatformOptions, volumeClaim } from './values';

const NAMESPACE = 'logging';
const NAME = 'logs';

/**
 * Elasticsearch of three nodes, Logstash, Kibana behind the front door, and Filebeat on each node: custom resources of Elastic's operator.
 * https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s
 */
export function elasticStack(
  scope: Construct,
  { kibana: kibanaHost, storageClass }: Pick<PlatformOptions, 'kibana' | 'storageClass' | 'logDays'>,
): void {
  const { version } = VERSIONS.elastic;
  const object = (id: string, group: string, kind: string, spec: object) =>
    new ApiObject(scope, id, {
      apiVersion: group,
      kind,
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: { version, ...spec },
    });
  object('elasticsearch', 'elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', {
    nodeSets: [
      {
        name: 'default',
        count: 3,
        config: { 'node.store.allow_mmap': false },
        volumeClaimTemplates: [
          {
            metadata: { name: 'elasticsearch-data' },
            spec: volumeClaim('100Gi', storageClass),
          },
        ],
      },
    ],
  });
  object('kibana', 'kibana.k8s.elastic.co/v1', 'Kibana', { count: 1, elasticsearchRef: { name: NAME } });
  object('logstash', 'logstash.k8s.elastic.co/v1alpha1', 'Logstash', {
    count: 1,
    elasticsearchRefs: [{ clusterName: 'logs', name: NAME }],
    pipelines: [{ 'pipeline.id': 'main', 'config.string': PIPELINE }],
    services: [
      {
        name: 'beats',
        service: { spec: { ports: [{ port: 5044, name: 'beats', protocol: 'TCP', targetPort: 5044 }] } },
      },
    ],
  });
  object('filebeat', 'beat.k8s.elastic.co/v1beta1', 'Beat', {
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
      processors: [{ decode_json_fields: { fields: ['message'], target: '', add_error_key: true } }],
      'output.logstash': { hosts: [`${NAME}-ls-beats.${NAMESPACE}.svc:5044`] },
    },
    daemonSet: {
      podTemplate: {
        spec: {
          // Logs of the node, and the folder of the agent's own state there, are root's.
          securityContext: { runAsUser: 0 },
          containers: [{ name: 'filebeat', volumeMounts: [{ name: 'logs', mountPath: '/var/log', readOnly: true }] }],
          volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
        },
      },
    },
  });
  new k8s.KubeIngress(scope, 'front-door', {
    metadata: {
      name: 'kibana',
      namespace: NAMESPACE,
      annotations: {
        'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS',
        'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
        'cert-manager.io/cluster-issuer': 'letsencrypt-prod',
      },
    },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: [kibanaHost], secretName: 'kibana-tls' }],
      rules: [
        {
          host: kibanaHost,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: `${NAME}-kb-http`, port: { number: 5601 } } },
              },
            ],
          },
        },
      ],
    },
  });
}

/** The fields of a line of JSON are its own; what is no JSON stays a message. */
const PIPELINE = `input { beats { port => 5044 } }
filter {
  if [timestamp] { date { match => ["timestamp", "ISO8601"] } }
  mutate { rename => { ${LOG_FIELDS.filter((f) => /Id$/.test(f))
    .map((f) => `"${f}" => "[labels][${f}]"`)
    .join(' ')} } }
}
output { elasticsearch { hosts => [ "\${LOGS_ES_HOSTS}" ] user => "\${LOGS_ES_USER}" password => "\${LOGS_ES_PASSWORD}" ssl_certificate_authorities => "\${LOGS_ES_SSL_CERTIFICATE_AUTHORITY}" } }
`;
