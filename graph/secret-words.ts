/** Names of variables that hold secrets. */
const SECRET_NAME =
  /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|SECRET_KEY_BASE|SIGNING_?KEY|CREDENTIALS?)$/i;
/**
 * Credentials in a URL: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1 Not those that are filled in later: `$(PASSWORD)`,
 * `${PASSWORD}`, `{{ .password }}`.
 */
const URL_WITH_PASSWORD = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:(?!\$[({]|\{\{)[^/\s:@]+@/i;

/**
 * Keys of Stripe, GitHub, GitLab, npm, AWS, Slack, Google, Anthropic, SendGrid, and private keys, which tell what they are:
 * https://github.com/gitleaks/gitleaks
 */
const WELL_KNOWN = [
  /\b(sk|rk)_live_[A-Za-z0-9]{10,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}\b/,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}|\bhooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/,
  /\bAIza[\w-]{35}|\bsk-ant-[\w-]{20,}|\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /-----BEGIN ([A-Z]+ )*PRIVATE KEY( BLOCK)?-----/,
];

export function isNameOfSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whatever it is called. */
export function looksLikeSecret(text: string): boolean {
  return URL_WITH_PASSWORD.test(text) || WELL_KNOWN.some((form) => form.test(text));
}
