import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { nodeOptions } from '../core/node-options';
import { type Problem, report } from '../core/problem';
import { VERSIONS } from '../core/versions';
import { filebeat, filebeatAccount } from './filebeat';
import { retentionPod } from './log-retention';
import { LOG_FIELDS, type PlatformOptions, volumeClaim } from './values';

const NAMESPACE = 'logging';
const NAME = 'logs';

/**
 * Elasticsearch of three nodes, Logstash, Kibana behind the front door, and Filebeat on each node: custom resources of Elastic's operator.
 * https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s
 */
export function elasticStack(
  scope: Construct,
  { kibana: kibanaHost, storageClass, logDays, frontDoor, protect }: PlatformOptions,
): void {
  const { version } = VERSIONS.elastic;
  const object = (id: string, group: string, kind: string, spec: object) =>
    new ApiObject(scope, id, {
      apiVersion: group,
      kind,
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: { version, ...spec },
    });
  const logs = object('elasticsearch', 'elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', {
    // Where nobody says, the operator deletes all claims with it: https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s/volume-claim-templates
    volumeClaimDeletePolicy: protect ? 'DeleteOnScaledownOnly' : 'DeleteOnScaledownAndClusterDeletion',
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
  nodeOptions(logs, { protect });
  object('kibana', 'kibana.k8s.elastic.co/v1', 'Kibana', { count: 1, elasticsearchRef: { name: NAME } });
  object('logstash', 'logstash.k8s.elastic.co/v1alpha1', 'Logstash', {
    count: 1,
    elasticsearchRefs: [{ clusterName: 'logs', name: NAME }],
    podTemplate: retentionPod(NAME, NAMESPACE, logDays),
    pipelines: [{ 'pipeline.id': 'main', 'config.string': PIPELINE }],
    services: [
      {
        name: 'beats',
        service: { spec: { ports: [{ port: 5044, name: 'beats', protocol: 'TCP', targetPort: 5044 }] } },
      },
    ],
  });
  object('filebeat', 'beat.k8s.elastic.co/v1beta1', 'Beat', filebeat(`${NAME}-ls-beats.${NAMESPACE}.svc:5044`));
  filebeatAccount(scope, NAMESPACE);
  if (frontDoor.renderer === 'ingress') kibanaIngress(scope, kibanaHost, frontDoor.className);
  else report(scope, () => [NO_GATEWAY]);
}

/** Its own TLS is of a private authority. */
const NO_GATEWAY: Problem = {
  code: 'SW-ADDON-002',
  severity: 'warning',
  what: 'Kibana is behind no Gateway: it speaks TLS of an authority of its own, and what leads there is not rendered.',
  fix: `kubectl port-forward --namespace ${NAMESPACE} service/${NAME}-kb-http 5601, or an HTTPRoute with a BackendTLSPolicy of yours`,
};

function kibanaIngress(scope: Construct, kibanaHost: string, ingressClassName: string): void {
  new k8s.KubeIngress(scope, 'front-door', {
    metadata: {
      name: 'kibana',
      namespace: NAMESPACE,
      annotations: {
        'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS',
        'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
        'cert-manager.io/cluster-issuer': 'letsencrypt-prod',
        // A password alone stands before it: nobody guesses many.
        'nginx.ingress.kubernetes.io/limit-rps': '20',
        'nginx.ingress.kubernetes.io/limit-connections': '20',
      },
    },
    spec: {
      ingressClassName,
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
output { elasticsearch { data_stream => true hosts => [ "\${LOGS_ES_HOSTS}" ] user => "\${LOGS_ES_USER}" password => "\${LOGS_ES_PASSWORD}" ssl_certificate_authorities => "\${LOGS_ES_SSL_CERTIFICATE_AUTHORITY}" } }
`;
