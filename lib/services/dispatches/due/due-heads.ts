import { holdReason } from '../../../domain/dispatch/hold';
import type { Collections } from '../../../store/collections';
import type { AgentTypeDocument, ObjectId } from '../../../store/documents';
import { busyLanes } from '../../../store/lanes';
import { findDue, type DueItem } from '../../../store/work-items';
import { headsOf, type Head } from './lane-heads';

/** Rows read for a claim of one: several may share a lane. */
const LEAST_PAGE = 50;
/** Most due rows are the first of their lane; a quarter more makes a second page rare. */
const PAGE_PER_WANTED = 1.25;
/**
 * Past so many pages of threads that cannot start, what stands behind them is found on the next claim, when those
 * before it have moved.
 */
const MOST_PAGES = 6;

export interface HeadsQuery {
  tenantId: string;
  /** Open for new work, their budgets not used up. */
  types: ReadonlyMap<string, AgentTypeDocument>;
  wanted: number;
  /** Known to run, or about to. */
  busyLanes: ObjectId[];
}

/**
 * Due work that may start now, the first of each lane, in rank order. Lanes that run are only read when due items
 * stand in them: with many running and nothing behind them that would be most of the cost.
 */
export async function findDueHeads(c: Collections, query: HeadsQuery): Promise<Head[]> {
  const { tenantId, types, wanted } = query;
  const passed = [...query.busyLanes];
  const heads: Head[] = [];
  for (let page = 0; page < MOST_PAGES && heads.length < wanted; page += 1) {
    const limit = Math.max(LEAST_PAGE, Math.ceil((wanted - heads.length) * PAGE_PER_WANTED));
    const due = await findDue(c, { tenantId, agentTypes: [...types.keys()], busyLanes: passed, limit });
    heads.push(...(await headsOf(c, due)).filter(head => isOpen(types, head)));
    if (due.length < limit) break;
    passed.push(...due.map(({ item }) => item.lane));
    if (page === 0 && heads.length < wanted) passed.push(...(await busyLanes(c, tenantId)));
  }
  return heads.slice(0, wanted);
}

function isOpen(types: ReadonlyMap<string, AgentTypeDocument>, { item }: DueItem): boolean {
  const type = types.get(item.assignedTo!);
  return type !== undefined && holdReason(type, item.priority, false) === null;
}
