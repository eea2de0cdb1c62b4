import type { ComposeWorkload, ServicePort } from './compose-workloads';

/** A port of the laptop that leads to one of a service. */
export interface Published {
  readonly workload: string;
  readonly host: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
  /** Service of the cluster that it stands for, and its port there. */
  readonly service: string;
  readonly port: number;
}

/** Ports that no browser opens: https://fetch.spec.whatwg.org/#port-blocking (from 1024 up). */
const REFUSED_BY_BROWSERS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/**
 * One port of the laptop for each port of a Service: its own number and what the system adds to it, so that two systems run beside each
 * other. Where two ask for one, the later gets the next that is free. The same from run to run.
 */
export function publish(workloads: readonly ComposeWorkload[], shift: number): Published[] {
  const asked = workloads.flatMap((workload) => unique(workload.ports).map((port) => ({ workload, port })));
  const wishes = new Set(asked.map(({ port }) => `${port.port + shift}/${port.protocol}`));
  const taken = new Set<string>();
  return asked.map(({ workload, port: { port, target, protocol, service } }) => {
    const isFree = (host: number) => !taken.has(`${host}/${protocol}`) && !REFUSED_BY_BROWSERS.has(host);
    let host = port + shift > 65535 ? port : port + shift;
    if (!isFree(host)) {
      do host = host >= 65535 ? 1024 : host + 1;
      while (!isFree(host) || wishes.has(`${host}/${protocol}`));
    }
    taken.add(`${host}/${protocol}`);
    return { workload: workload.name, host, target, protocol, service, port };
  });
}

/** Two Services of one workload may say the same. */
function unique(ports: readonly ServicePort[]): ServicePort[] {
  const key = ({ port, target, protocol }: ServicePort) => `${port}:${target}/${protocol}`;
  return [...new Map(ports.map((port) => [key(port), port])).values()];
}
