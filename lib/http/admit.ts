import { randomUUID } from 'node:crypto';
import { refuseCredentialInUrl } from '../auth/credential-in-url';
import { credentialsOf, oneOf, type Credential, type RequestHeaders } from '../auth/credentials';
import { refuseForeignOrigin, type Arrival, type HostPolicy, type ReachedAt } from '../auth/hosts';
import { ControlPlaneError, isControlPlaneError } from '../domain/errors';
import type { Principal } from '../domain/identity/schema';
import type { Plane } from '../services/context';
import { authenticate } from '../services/identity/authenticate';

interface Door {
  plane: Plane;
  hosts: HostPolicy;
}

/** The rules that need no credential: where the request went, and that its URL carries none. */
export function refuseAtTheDoor({ plane, hosts }: Door, request: Arrival & { url: string }): ReachedAt {
  const reached = hosts.reach(request);
  refuseCredentialInUrl(request.url, plane.adminToken);
  return reached;
}

/**
 * `session`: the request ends one, so its origin counts whatever came with it; `sign-in`: it makes one; `none`: nobody is
 * asked for.
 */
export type IdentityRule = 'required' | 'session' | 'sign-in' | 'none';

/**
 * Who is calling. A credential that is no good is nobody's, which only a route open to all accepts; two credentials,
 * and a cookie write from another site, are refused everywhere. At a sign-in a bearer token and a cookie are not two to
 * guess between: the token signs in, and the cookie, which a browser sends along however stale, names the session that
 * ends.
 */
export async function identify(
  plane: Plane,
  { method, headers }: { method: string; headers: RequestHeaders },
  reached: ReachedAt,
  rule: IdentityRule = 'required',
): Promise<{ principal: Principal | null; credential: Credential | null }> {
  const isSignIn = rule === 'sign-in';
  const shown = readCredentials(headers);
  const credential = isSignIn ? (shown.bearer ?? shown.cookie) : oneOf(shown);
  const writes = method !== 'GET' && method !== 'HEAD';
  if (writes && (isSignIn || rule === 'session' || credential?.kind === 'cookie'))
    refuseForeignOrigin(headers, reached);
  const caller = rule === 'none' ? null : isSignIn ? shown.cookie : credential;
  return { credential, principal: caller && (await authenticate(plane, caller)) };
}

function readCredentials(headers: RequestHeaders): ReturnType<typeof credentialsOf> {
  try {
    return credentialsOf(headers);
  } catch (error) {
    if (isControlPlaneError(error, 'unauthenticated')) return { bearer: null, cookie: null };
    throw error;
  }
}

/** For doors with one fixed rule (the event stream): all of the above, and 401 for nobody. */
export async function admit(door: Door, request: Arrival & { method: string; url: string }): Promise<Principal> {
  const reached = refuseAtTheDoor(door, request);
  const { principal } = await identify(door.plane, request, reached);
  return requirePrincipal(principal);
}

export function requirePrincipal(principal: Principal | null): Principal {
  if (principal) return principal;
  throw new ControlPlaneError(
    'unauthenticated',
    'Wants a valid token (Authorization: Bearer …) or a signed-in browser.',
  );
}

/** A caller's own id is kept where it is plain, so that its logs and ours can be laid side by side. */
export const requestIdOf = (headers: RequestHeaders): string => {
  const given = headers['x-request-id'];
  return given !== undefined && /^[A-Za-z0-9-]{8,64}$/.test(given) ? given : randomUUID();
};
