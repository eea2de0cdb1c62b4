/** A quantity of Kubernetes: https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity */
interface Quantity {
  /** In billionths: the smallest that Kubernetes keeps. */
  readonly nanos: bigint;
  readonly format: 'binary' | 'decimal' | 'exponent';
}

const NANOS = 1_000_000_000n;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,2}|)$/;

/** Undefined where it is none. Less than a billionth is rounded up, as Kubernetes does. */
function parsed(text: string): Quantity | undefined {
  const [, sign = '', digits, suffix = ''] = FORM.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const [numerator, denominator] = scaleOf(suffix);
  const over = 10n ** BigInt(fraction.length) * denominator;
  const exact = mantissa * numerator * NANOS;
  const nanos = exact / over + (exact % over === 0n ? 0n : sign === '-' ? -1n : 1n);
  const format = /^[eE]-?\+?\d/.test(suffix) ? 'exponent' : suffix.endsWith('i') ? 'binary' : 'decimal';
  return { nanos, format };
}

/** As a fraction. */
function scaleOf(suffix: string): [bigint, bigint] {
  const binary = BINARY.indexOf(suffix);
  if (binary >= 0) return [1024n ** BigInt(binary), 1n];
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  const ten = exponent === undefined ? 3 * (DECIMAL.indexOf(suffix) - 3) : Number(exponent);
  return ten < 0 ? [1n, 10n ** BigInt(-ten)] : [10n ** BigInt(ten), 1n];
}

/** The form in which the API server keeps it: `1000m` is `1`, `2048Mi` is `2Gi`. What is no quantity stays as it is. */
export function canonicalQuantity(text: string): string {
  const quantity = parsed(text);
  if (quantity === undefined || quantity.format === 'exponent') return text;
  const { nanos, format } = quantity;
  if (nanos === 0n) return '0';
  const isSmall = nanos < 1024n * NANOS && nanos > -1024n * NANOS;
  return format === 'binary' && !isSmall && nanos % NANOS === 0n
    ? shortest(nanos / NANOS, 1024n, BINARY)
    : shortest(nanos, 1000n, DECIMAL);
}

/** The largest suffix that leaves no fraction. */
function shortest(amount: bigint, step: bigint, suffixes: readonly string[]): string {
  let [left, at] = [amount, 0];
  while (at < suffixes.length - 1 && left % step === 0n) {
    left /= step;
    at++;
  }
  return `${left}${suffixes[at] ?? ''}`;
}

/** Negative, zero or positive, as the first is less, the same or more. Undefined where one is no quantity. */
export function compareQuantities(one: string, other: string): number | undefined {
  const [a, b] = [parsed(one), parsed(other)];
  if (a === undefined || b === undefined) return undefined;
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}

/** What it amounts to; undefined where it is no quantity. */
export function amountOf(quantity: string | number): number | undefined {
  const found = parsed(String(quantity));
  return found === undefined ? undefined : Number(found.nanos) / Number(NANOS);
}
