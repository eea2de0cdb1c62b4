import { closedOf, type Route } from '../../core/route';
import type { System } from '../../core/system';
import { ENVOY_GROUP, GROUP, kindOf } from './gateway-policies';

/** A year, which is as long as caches keep anything. https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1 */
const KEPT = 'public, max-age=31536000, immutable';

/** Name of the filter that answers for what is closed. */
export function closedName(system: System): string {
  return `${system.node.id}-closed`;
}

/** Rules of an HTTPRoute, GRPCRoute or TLSRoute. https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule */
export function rulesOf(system: System, route: Route): object[] {
  const { path, service, port, options } = route;
  const backendRefs = [{ name: service, port }];
  const kind = kindOf(route);
  const headed = headers(options.headers);
  if (kind === 'TLSRoute') return [{ backendRefs }];
  if (kind === 'GRPCRoute') return [{ backendRefs, ...(headed.length === 0 ? {} : { filters: headed }) }];
  const rewritten = (below: string) => rewrite(route, below);
  const rule = (below: string, filters: readonly object[]) => ({
    matches: [{ path: { type: 'PathPrefix', value: below.replace(/(?<=.)\/$/, '') } }],
    ...(filters.length === 0 ? {} : { filters }),
  });
  return [
    ...closedOf(system, route).map((below) => rule(below, [nobody(system)])),
    ...(options.cached ?? []).map((below) => ({
      ...rule(below, [...headers({ ...options.headers, 'Cache-Control': KEPT }), ...rewritten(below)]),
      backendRefs,
    })),
    { ...rule(path, [...headed, ...rewritten(path)]), backendRefs },
  ];
}

function headers(set: Readonly<Record<string, string>> = {}): object[] {
  const all = Object.entries(set).map(([name, value]) => ({ name, value }));
  return all.length === 0 ? [] : [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { set: all } }];
}

function rewrite({ path, options }: Route, below: string): object[] {
  if (options.rewrite === undefined) return [];
  const folder = `${options.rewrite.replace(/\/$/, '')}/`;
  const rest = below.slice(path.endsWith('/') ? path.length : path.length + 1).replace(/\/$/, '');
  const replacePrefixMatch = rest === '' ? options.rewrite : folder + rest;
  return [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch } } }];
}

function nobody(system: System): object {
  const extensionRef = { group: ENVOY_GROUP, kind: 'HTTPRouteFilter', name: closedName(system) };
  return { type: 'ExtensionRef', extensionRef };
}

export function targeting(kind: string, name: string): object {
  return { targetRefs: [{ group: GROUP, kind, name }] };
}
