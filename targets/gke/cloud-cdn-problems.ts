import type { SiteRequest } from '../../constructs/core/platform';
import type { Problem } from '../../constructs/core/problem';

/** https://cloud.google.com/load-balancing/docs/custom-headers#limitations, https://cloud.google.com/load-balancing/docs/https/custom-headers-global */
const REFUSED =
  /^(x-user-ip|x-google-.*|x-goog-.*|x-gfe-.*|x-amz-.*|cdn-loop|host|authority|connection|keep-alive|transfer-encoding|te|upgrade|cache-control)$/i;
const [MOST_HEADERS, MOST_BYTES] = [16, 8192];

/** What Cloud CDN refuses to send of the headers that were asked for. */
export function headerProblems({ headers }: SiteRequest): Problem[] {
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  const problem = (what: string, fix: string): Problem => ({ code: 'SW-GKE-004', severity: 'error', what, fix });
  const refused = Object.keys(headers).filter((header) => REFUSED.test(header));
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  return [
    ...refused.map((header) => problem(`Cloud CDN does not set the header ${header}.`, `headers without ${header}`)),
    ...(lines.length > MOST_HEADERS || bytes > MOST_BYTES
      ? [
          problem(
            `${lines.length} headers of ${bytes} bytes; Cloud CDN sets ${MOST_HEADERS} of ${MOST_BYTES} bytes at most.`,
            'fewer, or shorter headers',
          ),
        ]
      : []),
  ];
}
