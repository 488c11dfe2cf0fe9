import { z } from 'zod';
import { SESSION_COOKIE } from '../../auth/credentials';
import { Me, SignIn } from '../../domain/identity/schema';
import { signIn, signOut } from '../../services/identity/sign-in';
import { toMe } from '../../services/identity/to-me';
import { Reply, route, type Route } from '../route';

/** Strict: no request that another site begins carries it. Without Domain it goes to this host alone. */
const cookie = (value: string, secure: boolean, rest: string): string =>
  `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}; ${rest}`;

export const authRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/api/auth/session',
    access: 'open',
    guessable: true,
    sameOriginOnly: true,
    tag: 'identity',
    summary: 'Signs a browser in with a bearer token, a token or a sign-in code; sets the session cookie',
    body: SignIn,
    status: 204,
    response: z.undefined(),
    run: async ({ ctx, body, arrival }) => {
      const session = await signIn(ctx, { given: body, credential: arrival.credential });
      const expires = `Expires=${session.expiresAt.toUTCString()}`;
      return new Reply(204, undefined, { 'Set-Cookie': cookie(session.secret, arrival.secure, expires) });
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/auth/session',
    access: 'open',
    sameOriginOnly: true,
    tag: 'identity',
    summary: 'Ends the browser session',
    status: 204,
    response: z.undefined(),
    run: async ({ ctx, arrival }) => {
      await signOut(ctx);
      return new Reply(204, undefined, { 'Set-Cookie': cookie('', arrival.secure, 'Max-Age=0') });
    },
  }),
  route({
    method: 'GET',
    path: '/api/auth/me',
    access: 'signed-in',
    tag: 'identity',
    summary: 'Who this credential is',
    response: Me,
    run: async ({ ctx }) => toMe(ctx.principal),
  }),
];
