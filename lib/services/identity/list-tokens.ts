import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ApiToken } from '../../domain/identity/schema';
import { pathId } from '../../store/ids';
import { findTokenOf } from '../../store/identity';
import { listPage, type PageRequest } from '../../store/list-page';
import type { Context } from '../context';
import { toToken } from './to-token';

/** Newest first; revoked ones too, for who had access is a question one asks afterwards. */
export const listTokens = ({ plane, principal }: Context, page: PageRequest): Promise<Page<ApiToken>> =>
  listPage(plane.collections.apiTokens, { tenantId: principal.tenantId }, { direction: -1 }, page, toToken);

export async function getToken({ plane, principal }: Context, id: string): Promise<ApiToken> {
  const row = await findTokenOf(plane.collections, principal.tenantId, pathId('token', id));
  if (!row) throw notFound('token', id);
  return toToken(row);
}
