/**
 * Removes what opens doors from any text before it is logged or shown. The id of a token stays (`swb_<role>_<id>_`):
 * it is no secret, and without it a log line cannot be tied to the token that caused it.
 */
const REDACTED = '[redacted]';

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(swb_[a-z]+_[A-Za-z0-9]+_)[A-Za-z0-9_-]+/g, `$1${REDACTED}`],
  [/\bdk_[A-Za-z0-9_-]{6,}/g, `dk_${REDACTED}`],
  // The password of a connection string, whatever the scheme: user:password@host.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):[^\s@/"']+@/gi, `$1:${REDACTED}@`],
  [/\b(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi, `$1${REDACTED}`],
  // The sign-in link carries its single-use code in the fragment.
  [/(\/login#)[A-Za-z0-9._~-]+/g, `$1${REDACTED}`],
];

export function redactSecrets(text: string, exactValues: readonly string[] = []): string {
  let safe = text;
  for (const value of exactValues) safe = safe.replaceAll(value, REDACTED);
  for (const [pattern, replacement] of PATTERNS) safe = safe.replace(pattern, replacement);
  return safe;
}
