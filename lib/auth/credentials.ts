import { ControlPlaneError } from '../domain/errors';

export const SESSION_COOKIE = 'switchboard_session';

/** Names in lower case; repeated headers joined by `, ` as HTTP has it. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export interface Credential {
  kind: 'bearer' | 'cookie';
  secret: string;
}

/**
 * The one credential of a request. Two are refused: which of them counts would be a guess, and systems that guessed
 * let a second one skip the first one's limits. `X-Dispatch-Key` says which work, not who, and is not counted here.
 */
export function credentialOf(headers: RequestHeaders): Credential | null {
  const bearer = bearerOf(headers['authorization']);
  const cookies = sessionCookies(headers['cookie']);
  if (cookies.length + (bearer === null ? 0 : 1) > 1) {
    throw new ControlPlaneError(
      'malformed-request',
      'Two credentials in one request. Send one: a bearer token or the session cookie.',
    );
  }
  if (bearer !== null) return { kind: 'bearer', secret: bearer };
  return cookies[0] === undefined ? null : { kind: 'cookie', secret: cookies[0] };
}

function bearerOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (/,\s*(bearer|basic)\s/i.test(header)) {
    throw new ControlPlaneError('malformed-request', 'Two Authorization headers in one request. Send one.');
  }
  const token = /^bearer +([\x21-\x7e]+)$/i.exec(header.trim())?.[1];
  if (token !== undefined) return token;
  throw new ControlPlaneError('unauthenticated', "Authorization: wants 'Bearer <token>'.");
}

function sessionCookies(header: string | undefined): string[] {
  if (header === undefined || !header.includes(SESSION_COOKIE)) return [];
  return header
    .split(/[;,]/)
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${SESSION_COOKIE}=`))
    .map(pair => pair.slice(SESSION_COOKIE.length + 1))
    .filter(value => value !== '');
}
