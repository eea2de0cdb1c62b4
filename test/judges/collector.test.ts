import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningCollector, startCollector } from '../support/collector';
import { eventually } from '../support/processes';

jest.setTimeout(120_000);

/** What must never be seen again; each in a place of its own. */
const LEAKS = Array.from({ length: 14 }, (_, i) => `leak${String.fromCharCode(97 + i)}x`);
const [RESOURCE, SCOPE, HEADER, PLAIN, FRAME, DEEP, BODY, URL_TEXT, LISTED, MAPPED, BYTES, EVENT, NAME, MESSAGE] =
  LEAKS;

const string = (value: unknown) => ({ stringValue: value });
const attribute = (key: string, value: object) => ({ key, value });
const map = (...values: object[]) => ({ kvlistValue: { values } });

/** A trace with everything that TAL-41 names, in every place where OTLP lets it stand. */
function sensitive(): object {
  const span = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: `POST Bearer ${NAME}`,
    kind: 2,
    startTimeUnixNano: '1544712660000000000',
    endTimeUnixNano: '1544712660010000000',
    status: { code: 2, message: `refused: bearer ${MESSAGE}` },
    attributes: [
      attribute('http.request.header.authorization', { arrayValue: { values: [string(HEADER)] } }),
      attribute('Authorization', string(PLAIN)),
      attribute(
        'a2a.frame',
        map(
          attribute('header_b64u', string(FRAME)),
          attribute('inner', map(attribute('ciphertext_b64u', string(DEEP)))),
        ),
      ),
      attribute('http.request.body', string(JSON.stringify({ header_b64u: BODY, model: 'kept-body' }))),
      attribute('url.full', string(`https://talos.test/api?page=1&access_token=${URL_TEXT}&kept=kept-url`)),
      attribute('list', {
        arrayValue: { values: [string(`Bearer ${LISTED}`), map(attribute('client_secret', string(MAPPED)))] },
      }),
      attribute('X-SIGNATURE', { bytesValue: Buffer.from(String(BYTES)).toString('base64') }),
      attribute('session.token.count', { intValue: '424242' }),
      attribute('http.route', string('kept-route')),
    ],
    events: [
      { timeUnixNano: '1544712660000000000', name: 'call', attributes: [attribute('webhook_secret', string(EVENT))] },
    ],
  };
  const scopeSpans = [
    { scope: { name: 'http', attributes: [attribute('scope_token', string(SCOPE))] }, spans: [span] },
  ];
  const attributes = [attribute('service.name', string('talos-gateway')), attribute('deploy.secret', string(RESOURCE))];
  return { resourceSpans: [{ resource: { attributes }, scopeSpans }] };
}

describe.each(['talos, dev', 'talos, prod'])('the Collector of %s, as it is rendered', (variant) => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-collector-'));
  let collector: RunningCollector;
  const port = (name: string) => collector.port(name);

  beforeAll(async () => {
    collector = await startCollector(variant, folder);
  });
  afterAll(() => collector.stop());

  const send = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${port('http')}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('TAL-41 nothing that must be redacted leaves it; the rest does', async () => {
    expect((await send('/v1/traces', sensitive())).status).toBe(200);
    const spans = await eventually('spans come out', 20, async () => {
      const written = readFileSync(join(folder, 'spans.json'), 'utf8');
      return written === '' ? undefined : written;
    });
    for (const kept of ['kept-body', 'kept-url', 'kept-route', 'talos-gateway']) expect(spans).toContain(kept);
    const plain = LEAKS.filter((leak) => spans.includes(leak));
    const encoded = LEAKS.filter((leak) => spans.includes(Buffer.from(leak).toString('base64').slice(0, 6)));
    expect([...plain, ...encoded]).toEqual([]);
    expect(spans).not.toContain('424242');
  });

  test('it counts what the alerts and the dashboard ask for', async () => {
    const counted = async (name: string) => {
      const metrics = await (await fetch(`http://127.0.0.1:${port('own')}/metrics`)).text();
      return new RegExp(`^otelcol_${name}\\{.*$`, 'm').exec(metrics)?.[0];
    };
    // The endpoint is away: what was sent there is lost, and counted.
    for (const name of [
      'receiver_accepted_spans',
      'exporter_sent_spans',
      'exporter_queue_size',
      'exporter_queue_capacity',
      'exporter_send_failed_spans',
    ]) {
      expect(await eventually(name, 30, () => counted(name))).toBeDefined();
    }
  });

  test('what a drill reports is there for Prometheus', async () => {
    const dataPoints = [
      { timeUnixNano: `${Date.now()}000000`, asInt: '7200', attributes: [attribute('backup', string('talos-backup'))] },
    ];
    const metrics = [{ name: 'seaworthy.drill.backup.age', unit: 's', gauge: { dataPoints } }];
    expect(
      (await send('/v1/metrics', { resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics }] }] })).status,
    ).toBe(200);
    const line = await eventually('the metric is there', 20, async () => {
      const received = await (await fetch(`http://127.0.0.1:${port('received')}/metrics`)).text();
      return /^seaworthy_drill_backup_age_seconds\{.*talos-backup.*\} 7200$/m.exec(received)?.[0];
    });
    expect(line).toBeDefined();
  });
});
