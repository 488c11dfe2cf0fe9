import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ApiToken, ListTokens } from '../../domain/identity/schema';
import { pathId } from '../../store/ids';
import { findTokenOf } from '../../store/identity';
import { listPage } from '../../store/list-page';
import { containsText } from '../../store/text-filter';
import type { Context } from '../context';
import { legibleOne } from '../../store/to-record/legible';
import { toToken } from './to-token';

/** Newest first; revoked ones too, for who had access is a question one asks afterwards. */
export function listTokens(
  { plane, principal }: Context,
  { limit, cursor, q, ...fields }: ListTokens,
): Promise<Page<ApiToken>> {
  const filter = { tenantId: principal.tenantId, ...fields, ...containsText(q, ['label']) };
  return listPage(plane.collections.apiTokens, filter, { direction: -1 }, { limit, cursor }, toToken);
}

export async function getToken({ plane, principal }: Context, id: string): Promise<ApiToken> {
  const row = await findTokenOf(plane.collections, principal.tenantId, pathId('token', id));
  const record = legibleOne(row, toToken);
  if (!record) throw notFound('token', id);
  return record;
}
