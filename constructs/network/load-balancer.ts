/**
 * For a Service of type LoadBalancer on AWS that speaks TCP: a network load balancer before the nodes, which keeps the client's address,
 * so that limits count clients. Read by the cloud's own controller and by AWS Load Balancer Controller, and by nobody on other clouds.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
 */
export const TCP_LOAD_BALANCER = {
  'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb',
  'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'instance',
  'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing',
};
