import { reportsToFault } from '../../domain/agent-type/reports-to';
import { invalidField } from '../../domain/errors';
import { findLeaders } from '../../store/agent-types';
import { lockConfiguration, type Transaction } from '../../store/transaction';
import type { Context } from '../context';

/** The leader is there and no circle comes of it. The lock keeps two writers from closing one between them. */
export async function checkReportsTo(
  ctx: Context,
  tx: Transaction,
  slug: string,
  leader: string | null,
): Promise<void> {
  if (leader === null) return;
  const { plane, principal } = ctx;
  await lockConfiguration(plane.collections, principal.tenantId, tx);
  const leaders = await findLeaders(plane.collections, principal.tenantId, tx);
  const fault = reportsToFault(slug, leader, leaders);
  if (fault !== null) throw invalidField('reportsTo', fault);
}
