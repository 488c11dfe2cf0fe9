/**
 * What looks like a token, sign-in code or dispatch key in text that people and agents will read again. Ids stay: they
 * open nothing, and say whose credential was let out.
 */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [/\b(swb_[a-z]+_)([A-Za-z0-9]+_)?[A-Za-z0-9_-]{8,}/g, '$1$2[redacted]'],
  [/\b(dk_)([0-9a-f]{24}_\d+_)?[A-Za-z0-9_-]{8,}/g, '$1$2[redacted]'],
];

export function redactSecrets(text: string): string {
  // Nearly all text has neither; two plain searches spare it the patterns.
  if (!text.includes('swb_') && !text.includes('dk_')) return text;
  return CREDENTIALS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}
