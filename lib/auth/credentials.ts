import { ControlPlaneError } from '../domain/errors';

export const SESSION_COOKIE = 'switchboard_session';

/** Names in lower case; repeated headers joined by `, ` as HTTP has it. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export interface Credential {
  kind: 'bearer' | 'cookie';
  secret: string;
}

interface Shown {
  bearer: Credential | null;
  cookie: Credential | null;
}

/** What a request shows; two of a kind are refused. */
export function credentialsOf(headers: RequestHeaders): Shown {
  const bearer = bearerOf(headers['authorization']);
  const [cookie, second] = sessionCookies(headers['cookie']);
  if (second !== undefined) throw twoCredentials();
  return {
    bearer: bearer === null ? null : { kind: 'bearer', secret: bearer },
    cookie: cookie === undefined ? null : { kind: 'cookie', secret: cookie },
  };
}

/**
 * The one credential of a request. Two are refused: which of them counts would be a guess, and systems that guessed
 * let a second one skip the first one's limits. `X-Dispatch-Key` says which work, not who, and is not counted here.
 */
export function oneOf({ bearer, cookie }: Shown): Credential | null {
  if (bearer && cookie) throw twoCredentials();
  return bearer ?? cookie;
}

export const credentialOf = (headers: RequestHeaders): Credential | null => oneOf(credentialsOf(headers));

const twoCredentials = () =>
  new ControlPlaneError(
    'malformed-request',
    'Two credentials in one request. Send one: a bearer token or the session cookie.',
  );

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
