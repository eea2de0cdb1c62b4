/** Kubernetes' quantities: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const FORM = /^([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};

/** What it amounts to; undefined where it is no quantity. */
export function amountOf(quantity: string | number): number | undefined {
  const found = FORM.exec(String(quantity));
  if (found === null) return undefined;
  const [, digits = '', unit = ''] = found;
  const binary = BINARY.indexOf(unit);
  const factor = binary >= 0 ? 1024 ** (binary + 1) : (DECIMAL[unit] ?? (unit === '' ? 1 : Number(`1${unit}`)));
  return Number(digits) * factor;
}
