import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import type { Problem } from '../constructs/core/problem';
import { at, isRecord, list, text } from '../graph/json-value';

/** Where a kubeconfig leads, and as whom. Nothing of it is ever printed but the server's address, less credentials. */
export interface Access {
  readonly url: URL;
  /** Certificates that the server's is checked against, in PEM. @default those of the machine */
  readonly authority?: string | undefined;
  readonly serverName?: string | undefined;
  /** The kubeconfig says that nobody's certificate is to be checked. */
  readonly insecure: boolean;
  readonly token?: string | undefined;
  readonly basic?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** A program that gives the credentials. */
  readonly exec?: unknown;
  /** Somewhere between that only the provider knows how to use. */
  readonly isProxied: boolean;
}

/** One file of `KUBECONFIG`, or the text of the configuration. */
interface Source {
  readonly name: string;
  readonly folder: string;
  readonly text: string;
}

/** A text, or the ambient files, merged as kubectl does: of each name the first counts. */
export function accessOf(kubeconfig: string | undefined, context: string | undefined): Access | Problem {
  const sources =
    kubeconfig === undefined ? ambient() : [{ name: 'seaworthy:kubeconfig', folder: '.', text: kubeconfig }];
  if (sources.length === 0) return NONE;
  const parsed = sources.map(read);
  const broken = parsed.find(isProblem);
  if (broken !== undefined) return broken;
  const files = parsed.filter((p): p is Read => !isProblem(p));
  const wanted =
    context ?? files.map(({ config }) => text(at(config, 'current-context'))).find((c) => c !== undefined && c !== '');
  const chosen = entry(files, 'contexts', wanted);
  const cluster = entry(files, 'clusters', text(at(chosen?.thing, 'context', 'cluster')));
  const server = text(at(cluster?.thing, 'cluster', 'server'));
  if (cluster === undefined || server === undefined) return noContext(wanted, context !== undefined);
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined) return notReadable(cluster.source.name, 'the address of its server is no URL');
  const user = entry(files, 'users', text(at(chosen?.thing, 'context', 'user')));
  return { url, ...trust(cluster), ...credentials(user) };
}

const NONE: Problem = {
  code: 'SW-CLUSTER-002',
  severity: 'error',
  what: 'no kubeconfig was found: neither in the configuration, nor in KUBECONFIG, nor in ~/.kube/config.',
  fix: 'minikube start; or: pulumi config set --secret seaworthy:kubeconfig "$(cat kubeconfig)"',
};

function noContext(wanted: string | undefined, isSet: boolean): Problem {
  const what = `the kubeconfig names no cluster${wanted === undefined ? ', for it has no current context' : ` for the context "${wanted}"${isSet ? ', which seaworthy:context asks for' : ''}`}.`;
  const fix = 'kubectl config get-contexts, then: pulumi config set seaworthy:context NAME';
  return { code: 'SW-CLUSTER-003', severity: 'error', what, fix };
}

/** Never with the line: it may hold a token. */
function notReadable(name: string, why: string): Problem {
  const what = `the kubeconfig of ${name} cannot be used: ${why}.`;
  return {
    code: 'SW-CLUSTER-005',
    severity: 'error',
    what,
    fix: 'kubectl config view, which tells the place, and shows no secret',
  };
}

interface Read {
  readonly source: Source;
  readonly config: unknown;
}

function read(source: Source): Read | Problem {
  try {
    const config: unknown = parse(source.text, { logLevel: 'error' });
    return isRecord(config) ? { source, config } : notReadable(source.name, 'it is no map');
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    return notReadable(source.name, `it is no YAML${line === undefined ? '' : `, from line ${line} on`}`);
  }
}

function isProblem(thing: Read | Problem | Access): thing is Problem {
  return 'code' in thing;
}

function ambient(): Source[] {
  const files = process.env.KUBECONFIG?.split(delimiter).filter((f) => f !== '') ?? [];
  const all = files.length > 0 ? files : [join(homedir(), '.kube', 'config')];
  return all.flatMap((name) => {
    try {
      return [{ name, folder: dirname(name), text: readFileSync(name, 'utf8') }];
    } catch {
      return []; // kubectl skips those that are not there, too.
    }
  });
}

interface Entry {
  readonly source: Source;
  readonly thing: unknown;
}

function entry(files: readonly Read[], section: string, name: string | undefined): Entry | undefined {
  for (const { source, config } of files) {
    const thing = list(at(config, section)).find((one) => at(one, 'name') === name);
    if (thing !== undefined && name !== undefined) return { source, thing };
  }
  return undefined;
}

function trust({ source, thing }: Entry): Pick<Access, 'authority' | 'serverName' | 'insecure' | 'isProxied'> {
  const cluster = at(thing, 'cluster');
  return {
    authority: pem(cluster, 'certificate-authority', source),
    serverName: text(at(cluster, 'tls-server-name')),
    insecure: at(cluster, 'insecure-skip-tls-verify') === true,
    isProxied:
      at(cluster, 'proxy-url') !== undefined || (process.env.HTTPS_PROXY ?? process.env.https_proxy ?? '') !== '',
  };
}

function credentials(found: Entry | undefined): Pick<Access, 'token' | 'basic' | 'certificate' | 'key' | 'exec'> {
  if (found === undefined) return {};
  const user = at(found.thing, 'user');
  const [name, password] = [text(at(user, 'username')), text(at(user, 'password'))];
  return {
    token: text(at(user, 'token')) ?? contentOf(text(at(user, 'tokenFile')), found.source)?.trim(),
    basic: name === undefined ? undefined : `${name}:${password ?? ''}`,
    certificate: pem(user, 'client-certificate', found.source),
    key: pem(user, 'client-key', found.source),
    // An older way of the same; its programs went with Kubernetes 1.26.
    exec: at(user, 'exec') ?? at(user, 'auth-provider'),
  };
}

/** `X-data` in base64, else the file that `X` names. */
function pem(thing: unknown, field: string, source: Source): string | undefined {
  const data = text(at(thing, `${field}-data`));
  return data === undefined ? contentOf(text(at(thing, field)), source) : Buffer.from(data, 'base64').toString();
}

function contentOf(name: string | undefined, { folder }: Source): string | undefined {
  if (name === undefined) return undefined;
  try {
    return readFileSync(isAbsolute(name) ? name : join(folder, name), 'utf8');
  } catch {
    return undefined;
  }
}
