/**
 * What looks like a token, sign-in code or dispatch key in text that people and agents will read again. Ids stay: they
 * open nothing, and say whose credential was let out. Text that was redacted before is left as it is, for it is stored
 * at every step it is passed on.
 * A whole one is found in the middle of a word too: in JSON that somebody pasted, `\n` stands before it.
 */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [
    /(?:\b|(?=swb_[a-z]+_(?:[0-9a-f]{8}|[0-9a-f]{24})_))(swb_[a-z]+_)([A-Za-z0-9]+_)?(?:\[redacted\]|[A-Za-z0-9_-]{8,})/g,
    '$1$2[redacted]',
  ],
  [/(?:\b|(?=dk_[0-9a-f]{24}_))(dk_)([0-9a-f]{24}_\d+_)?(?:\[redacted\]|[A-Za-z0-9_-]{8,})/g, '$1$2[redacted]'],
];

/** A whole one; what only begins like one may be a name (`dk_landing-page`). */
const WHOLE = /swb_[a-z]+_(?:[0-9a-f]{8}|[0-9a-f]{24})_|dk_[0-9a-f]{24}_/;
export const holdsCredential = (text: string): boolean => WHOLE.test(text);

export function redactSecrets(text: string): string {
  // Nearly all text has neither; two plain searches spare it the patterns.
  if (!text.includes('swb_') && !text.includes('dk_')) return text;
  return CREDENTIALS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}
