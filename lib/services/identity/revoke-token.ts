import { notFound } from '../../domain/errors';
import { pathId } from '../../store/ids';
import { deleteWebSessionsOf, findTokenOf, revokeToken as markRevoked } from '../../store/identity';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';

/** Ends the token, the browser sessions made from it and, within their next check, its open streams. Again: nothing. */
export async function revokeToken(ctx: Context, id: string): Promise<void> {
  const { collections, authCache } = ctx.plane;
  const _id = pathId('token', id);
  const row = await findTokenOf(collections, ctx.principal.tenantId, _id);
  if (!row) throw notFound('token', id);
  const isFirst = await markRevoked(collections, ctx.principal.tenantId, _id);
  await deleteWebSessionsOf(collections, row.tokenId);
  authCache.clear();
  if (!isFirst) return;
  await recordActivity(ctx, {
    action: 'token.revoke',
    subject: { kind: 'token', id },
    changes: [{ field: 'label', before: row.label, after: null }],
  });
}
