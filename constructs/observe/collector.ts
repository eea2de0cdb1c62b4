import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { labelsOf, nameOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { resourceRequirements, restrictedContainer, restrictedPod, temporary } from '../core/pod';
import { VERSIONS } from '../core/versions';
import { COLLECTOR_PORTS } from './collector-config';

/** Of the official image, which is from scratch: https://github.com/open-telemetry/opentelemetry-collector-releases */
const USER = 10001;
const RESOURCES = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(1000) },
  memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
};

const PORT_NAMES = {
  'otlp-grpc': COLLECTOR_PORTS.grpc,
  'otlp-http': COLLECTOR_PORTS.http,
  metrics: COLLECTOR_PORTS.own,
  received: COLLECTOR_PORTS.received,
} as const;

/** One Collector, on the configuration that stands in the ConfigMap `<name>-config`. */
export function collectorDeployment(part: Construct, env: k8s.EnvVar[]): k8s.KubeDeploymentProps {
  const name = nameOf(part);
  const labels = labelsOf(part);
  const selector = selectorOf(part);
  const health = { path: '/', port: k8s.IntOrString.fromNumber(COLLECTOR_PORTS.health) };
  return {
    metadata: { name, labels },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: withLocalStorage({
          serviceAccountName: name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          securityContext: restrictedPod(USER),
          containers: [
            {
              name: 'collector',
              image: VERSIONS.collector.image,
              args: ['--config=/etc/otelcol/config.yaml'],
              ports: Object.entries({ ...PORT_NAMES, health: COLLECTOR_PORTS.health }).map(
                ([portName, containerPort]) => ({
                  name: portName,
                  containerPort,
                }),
              ),
              env,
              resources: resourceRequirements(RESOURCES),
              securityContext: restrictedContainer(),
              livenessProbe: { httpGet: health, periodSeconds: 30, timeoutSeconds: 5 },
              readinessProbe: { httpGet: health, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 2 },
              volumeMounts: [
                { name: 'config', mountPath: '/etc/otelcol', readOnly: true },
                { name: 'tmp', mountPath: '/tmp' },
              ],
            },
          ],
          volumes: [{ name: 'config', configMap: { name: `${name}-config` } }, temporary('tmp')],
        }),
      },
    },
  };
}

/** Its Service: OTLP in, metrics out. */
export function collectorService(part: Construct): k8s.KubeServiceProps {
  const ports = Object.entries(PORT_NAMES).map(([portName, port]) => ({
    name: portName,
    port,
    targetPort: k8s.IntOrString.fromString(portName),
    protocol: 'TCP',
    ...(portName === 'otlp-grpc' ? { appProtocol: 'grpc' } : {}),
  }));
  return {
    metadata: { name: nameOf(part), labels: labelsOf(part) },
    spec: { type: 'ClusterIP', selector: selectorOf(part), ports },
  };
}
