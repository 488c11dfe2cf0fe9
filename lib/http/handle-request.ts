import { requirePermission } from '../auth/policy';
import { ControlPlaneError, isControlPlaneError } from '../domain/errors';
import type { Principal } from '../domain/identity/schema';
import { identify, refuseAtTheDoor, requestIdOf, requirePrincipal, type IdentityRule } from './admit';
import type { ApiRequest, ApiResponse } from './api-request';
import type { HttpDoor } from './door';
import { cursorFor, withCursor } from './event-cursor';
import { runOnce } from './idempotency';
import { readBody } from './read-body';
import { readQuery, splitUrl } from './read-query';
import { refusal, success } from './respond';
import type { Call, Route } from './route';
import { Router } from './router';
import { ROUTES } from './routes';

let shared: Router | undefined;
const router = (): Router => (shared ??= new Router(ROUTES));

/** Sees nothing: no tenant has an empty name. */
const NOBODY: Principal = Object.freeze({
  tenantId: '',
  role: 'viewer',
  id: 'nobody',
  label: 'nobody',
  account: 'nobody',
  via: 'system',
});

/**
 * One API request, in the order that gives the least away: what is wrong with the request's way here, who it is,
 * whether they may, and only then what they sent.
 */
export async function handleApi(door: HttpDoor, request: ApiRequest): Promise<ApiResponse> {
  const requestId = requestIdOf(request.headers);
  const cursor = cursorFor(door, request);
  let response: ApiResponse;
  try {
    response = await answer(door, request, requestId);
  } catch (error) {
    response = refusal(error, requestId, door.plane.log);
  }
  if (request.method === 'HEAD') response.body = null;
  return withCursor(response, cursor);
}

async function answer(door: HttpDoor, request: ApiRequest, requestId: string): Promise<ApiResponse> {
  const reached = refuseAtTheDoor(door, request);
  const [path, queryText] = splitUrl(request.url);
  const { route, params } = router().match(request.method, path);
  if (route.guessable) await refuseGuessing(door, reached.address);
  const { principal, credential } = await identify(door.plane, request, reached, identityOf(route));
  const call: Call<unknown, unknown> = {
    ctx: { plane: door.plane, principal: permitted(route, principal), requestId },
    params,
    query: readQuery(route.query, queryText),
    body: undefined,
    headers: request.headers,
    signal: request.signal,
    arrival: { ...reached, credential },
  };
  const body = await readBody(route, request);
  call.body = body.value;
  if (route.guessable)
    return success(route, await countRefusals(door, reached.address, () => route.run(call)), requestId);
  const creates = route.creates?.(call.body) ?? true;
  const once = route.idempotent && creates && request.headers['idempotency-key'] !== undefined;
  const result = once
    ? await runOnce(router(), route, call, { url: request.url, body: body.raw })
    : await route.run(call);
  return success(route, result, requestId);
}

/** Probes and the like ask for nobody: they must answer while the database that knows the tokens does not. */
function identityOf({ guessable, sameOriginOnly, access }: Route): IdentityRule {
  if (sameOriginOnly) return guessable ? 'sign-in' : 'session';
  return access === 'open' ? 'none' : 'required';
}

function permitted(route: Route, principal: Principal | null): Principal {
  if (route.access === 'open') return principal ?? NOBODY;
  const known = requirePrincipal(principal);
  if (route.access !== 'signed-in') requirePermission(known, route.access);
  return known;
}

async function refuseGuessing(door: HttpDoor, address: string): Promise<void> {
  const attempts = await door.refusedSignIns.get(address);
  if (!attempts || attempts.consumedPoints < door.refusedSignIns.points) return;
  throw new ControlPlaneError('limit-exceeded', 'Too many refused sign-ins from this address.', {
    retry: 'backoff',
    retryAfterMs: attempts.msBeforeNext,
  });
}

async function countRefusals<T>(door: HttpDoor, address: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Past the bound `consume` rejects; the next attempt is told.
    if (isControlPlaneError(error, 'unauthenticated'))
      await door.refusedSignIns.consume(address).catch(() => undefined);
    throw error;
  }
}
