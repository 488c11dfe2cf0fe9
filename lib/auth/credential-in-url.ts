import { ControlPlaneError } from '../domain/errors';
import { holdsSecret } from './holds-secret';

/**
 * A credential in a path or query ends up in histories, proxies' logs and Referer headers. Such a request is refused
 * before anything else looks at it, and its URL is never repeated or logged.
 */
const CREDENTIAL = /(?:^|[^A-Za-z0-9])(?:swb_[a-z]+_|dk_[A-Za-z0-9]{6})/;
const CREDENTIAL_PARAMETERS = new Set([
  'token',
  'access_token',
  'api_key',
  'apikey',
  'auth',
  'authorization',
  'bearer',
  'code',
  'dispatch_key',
  'key',
  'password',
  'secret',
]);

/** `adminToken`: the first admin's, which may have any form, so that only it itself tells it. */
export function refuseCredentialInUrl(url: string, adminToken: string): void {
  if (!hasCredential(url, adminToken)) return;
  throw new ControlPlaneError(
    'credential-in-url',
    'A token, sign-in code or dispatch key never belongs in a URL. Send it in a header; consider this one leaked and revoke it.',
  );
}

export function hasCredential(url: string, adminToken: string): boolean {
  const shows = (text: string) => CREDENTIAL.test(text) || holdsSecret(text, adminToken);
  if (shows(url) || (url.includes('%') && shows(decodeLeniently(url)))) return true;
  const queryAt = url.indexOf('?');
  if (queryAt === -1) return false;
  for (const name of new URLSearchParams(url.slice(queryAt + 1)).keys()) {
    if (CREDENTIAL_PARAMETERS.has(name.toLowerCase())) return true;
  }
  return false;
}

/** Bad percent escapes are the router's to refuse; here they must not hide what stands beside them. */
const decodeLeniently = (text: string): string =>
  text.replace(/%[0-9a-f]{2}/gi, escape => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
