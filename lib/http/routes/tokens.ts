import { z } from 'zod';
import { pageOf } from '../../domain/fields';
import { ApiToken, CreateToken, IssuedToken, ListTokens } from '../../domain/identity/schema';
import { issueToken } from '../../services/identity/issue-token';
import { getToken, listTokens } from '../../services/identity/list-tokens';
import { revokeToken } from '../../services/identity/revoke-token';
import { route, type Route } from '../route';

const access = 'tokens:manage';
const tag = 'identity';

export const tokenRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/tokens',
    access,
    tag,
    summary: 'Tokens of this tenant, newest first, revoked ones too',
    query: ListTokens,
    response: pageOf(ApiToken),
    run: ({ ctx, query }) => listTokens(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/tokens',
    access,
    tag,
    summary: 'Issues a token and shows it this once',
    body: CreateToken,
    status: 201,
    response: IssuedToken,
    idempotent: true,
    run: ({ ctx, body, recordId }) => issueToken(ctx, { ...body, id: recordId }),
  }),
  route({
    method: 'GET',
    path: '/api/tokens/:id',
    access,
    tag,
    summary: 'One token, without its secret',
    response: ApiToken,
    run: ({ ctx, params }) => getToken(ctx, params['id']!),
  }),
  route({
    method: 'DELETE',
    path: '/api/tokens/:id',
    access,
    tag,
    summary: 'Revokes a token and ends the sessions made from it',
    status: 204,
    response: z.undefined(),
    run: ({ ctx, params }) => revokeToken(ctx, params['id']!),
  }),
];
