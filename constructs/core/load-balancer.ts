import type { LoadBalancers } from './platform';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const OPEN = { [`${AWS}scheme`]: 'internet-facing' };

/**
 * On AWS a network load balancer, which keeps the client's address, so that limits count clients. For TCP that of the cloud's own controller
 * or of AWS Load Balancer Controller, before the nodes; for UDP of the latter only, before the pods. Read by nobody on other clouds.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
 */
export const AWS_LOAD_BALANCERS: LoadBalancers = {
  tcp: { [`${AWS}type`]: 'nlb', [`${AWS}nlb-target-type`]: 'instance', ...OPEN },
  udp: { [`${AWS}type`]: 'external', [`${AWS}nlb-target-type`]: 'ip', ...OPEN },
};

/**
 * On Google Cloud an external passthrough network load balancer, based on a backend service: packets arrive with the address of the client, where
 * the Service says `externalTrafficPolicy: Local`. https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer
 */
const PASSTHROUGH = { 'cloud.google.com/l4-rbs': 'enabled' };
export const GOOGLE_LOAD_BALANCERS: LoadBalancers = { tcp: PASSTHROUGH, udp: PASSTHROUGH };

/**
 * On Azure a standard load balancer of layer 4, which keeps the client's address where the Service says `externalTrafficPolicy: Local`. A port whose
 * protocol is known to be HTTP is asked for a path: `/` of a controller is 404, and nobody would get in. A connection in which nobody speaks ends after
 * four minutes, where nothing else is said. https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/
 */
const AZURE = 'service.beta.kubernetes.io/azure-load-balancer-';
export const AZURE_LOAD_BALANCERS: LoadBalancers = {
  tcp: { [`${AZURE}health-probe-request-path`]: '/healthz', [`${AZURE}tcp-idle-timeout`]: '30' },
  udp: {},
};
