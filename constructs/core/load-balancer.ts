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
