import { createServer, type Server } from 'node:http';
import { clusterProblems } from '../../bridge/cluster';

let server: Server;
let url: string;
let answer = { status: 200, body: '{"gitVersion":"v1.35.4"}' };

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.statusCode = answer.status;
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => server.close());

function kubeconfig(address: string): string {
  const clusters = [{ name: 'c', cluster: { server: address } }];
  return JSON.stringify({ 'current-context': 'c', clusters, contexts: [{ name: 'c', context: { cluster: 'c' } }] });
}

const codes = async (config: string, context?: string) =>
  (await clusterProblems(config, context, '1.35')).map((p) => p.code);

test.each([
  ['answers', 200, '{"gitVersion":"v1.35.4"}', []],
  ['answers that nobody may ask', 401, '', []],
  ['is newer', 200, '{"gitVersion":"v1.36.0-eks-1"}', []],
  ['is older', 200, '{"gitVersion":"v1.33.4"}', ['SW-CLUSTER-004']],
])('a cluster that %s', async (_name, status, body, expected) => {
  answer = { status, body };
  expect(await codes(kubeconfig(url))).toEqual(expected);
});

test('a cluster that is not there', async () => {
  expect(await codes(kubeconfig('https://127.0.0.1:1'))).toEqual(['SW-CLUSTER-001']);
});

test('a context that the kubeconfig does not have', async () => {
  expect(await codes(kubeconfig(url), 'minikube')).toEqual(['SW-CLUSTER-003']);
});
