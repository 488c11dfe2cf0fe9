import { isSignInCode } from '../../auth/sign-in-code';
import type { Credential } from '../../auth/credentials';
import { hashSecret, randomSecret } from '../../auth/token';
import { ControlPlaneError, invalidField } from '../../domain/errors';
import type { Principal, SignIn } from '../../domain/identity/schema';
import { DAY_MS } from '../../kernel/clock';
import { hex, newId } from '../../store/ids';
import { deleteWebSession, insertWebSession, takeSignInCode } from '../../store/identity';
import { recordActivity } from '../activity/record-activity';
import type { Context, Plane } from '../context';
import { FIRST_ADMIN_ID, firstAdmin, principalOfToken, sessionHash } from './authenticate';

const SESSION_MS = 7 * DAY_MS;

export interface SignInInput {
  given: SignIn;
  /** What rode in the request itself. */
  credential: Credential | null;
}

export interface StartedSession {
  /** The cookie's value; only its hash is stored. */
  secret: string;
  expiresAt: Date;
}

/**
 * A credential against a browser session. Each sign-in makes a new one, and ends the one the browser came with, so that
 * an id planted before the sign-in is worth nothing after it.
 */
export async function signIn(ctx: Context, { given, credential }: SignInInput): Promise<StartedSession> {
  const principal = await principalOfSignIn(ctx, given, credential);
  const secret = randomSecret();
  const _id = newId();
  const now = ctx.plane.clock.now();
  const expiresAt = new Date(Math.min(now + SESSION_MS, principal.expiresAtMs ?? Number.POSITIVE_INFINITY));
  await insertWebSession(ctx.plane.collections, {
    _id,
    hash: sessionHash(ctx.plane, secret),
    tenantId: principal.tenantId,
    role: principal.role,
    principalId: principal.id,
    label: principal.label,
    agentType: principal.agentType ?? null,
    account: principal.account,
    tokenId: principal.id === FIRST_ADMIN_ID ? null : principal.id,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    createdBy: principal.id,
    expiresAt,
  });
  await endSession(ctx);
  const subject = { kind: 'session', id: hex(_id) };
  await recordActivity({ ...ctx, principal }, { action: 'session.sign-in', subject });
  return { secret, expiresAt };
}

async function principalOfSignIn(
  ctx: Context,
  { code, token }: SignIn,
  credential: Credential | null,
): Promise<Principal> {
  const bearer = credential?.kind === 'bearer' ? credential.secret : undefined;
  const given = [code, token, bearer].filter(secret => secret !== undefined);
  if (given.length > 1) {
    throw new ControlPlaneError(
      'malformed-request',
      'Two credentials in one request. Send one: a bearer token, `token` or `code`.',
    );
  }
  if (given.length === 0)
    throw invalidField('code', 'got nothing, wants a sign-in code, a `token`, or a bearer token in the header');
  const principal = code === undefined ? await principalOfToken(ctx.plane, given[0]!) : await redeem(ctx.plane, code);
  if (principal) return principal;
  throw new ControlPlaneError(
    'unauthenticated',
    code === undefined
      ? 'This token is not valid (any more).'
      : 'This sign-in code is not valid: each works once, for 10 minutes. `npm run login` makes a new one.',
  );
}

async function redeem(plane: Plane, code: string): Promise<Principal | null> {
  if (!isSignInCode(code)) return null;
  const row = await takeSignInCode(plane.collections, hashSecret(code));
  return row && row.expiresAt.getTime() > plane.clock.now() ? firstAdmin('cookie') : null;
}

/** The session the request came with, if it came with one. */
export async function endSession({ plane, principal }: Context): Promise<void> {
  if (principal.sessionId === undefined) return;
  await deleteWebSession(plane.collections, principal.sessionId);
  plane.authCache.clear();
}

export async function signOut(ctx: Context): Promise<void> {
  await endSession(ctx);
  if (ctx.principal.sessionId === undefined) return;
  await recordActivity(ctx, {
    action: 'session.sign-out',
    subject: { kind: 'session', id: ctx.principal.sessionId },
  });
}
