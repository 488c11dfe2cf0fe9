import type { Claim } from '../../../domain/dispatch/schema';
import type { MessageDocument } from '../../../store/documents';
import { findDispatchesById, insertDispatches, withdrawDispatches } from '../../../store/dispatch-claims';
import { hex } from '../../../store/ids';
import { adoptAsClaimed } from '../../../store/adoption';
import { primaryChanges } from '../../../store/primary-changes';
import { openRawThreads } from '../../../store/threads';
import { type WorkDocument, type WorkKind } from '../../../store/work-items';
import { claimWorkItems } from '../../../store/work-claims';
import { crashPoint } from '../../../telemetry/crash-point';
import { hasBudget, spentTypes } from '../../budgets/spent';
import type { Context, Plane } from '../../context';
import type { StartCandidate } from '../due/candidate';
import { giveBackLost } from './lost-first';
import { newDispatch, workClaimOf, type NewDispatch } from './new-dispatch';
import type { SlotPool } from '../due/slot-pool';
import { startCandidate } from './start-candidate';
import type { StartOutcome } from '../due/started';

export interface Start {
  ctx: Context;
  claim: Claim;
  candidate: StartCandidate;
  slots: SlotPool;
}

interface Attempt extends NewDispatch {
  start: Start;
  place: number;
}

/**
 * Many starts at the price of few: the same two fenced writes as one start's, each written once for all. Who loses on
 * a unique index tries again alone, for it may only have been the slot. All are one process's; across processes the
 * indexes decide, as always.
 */
export async function startTogether(plane: Plane, starts: Start[]): Promise<StartOutcome[]> {
  const outcomes = new Map<number, StartOutcome>();
  const changesBefore = primaryChanges(plane.collections);
  const attempts = await prepare(starts, outcomes);
  const lost = await insertAll(plane, attempts);
  crashPoint('claim:after-dispatch');
  const [won] = await Promise.all([
    takeItems(
      plane,
      await withinBudget(
        plane,
        attempts.filter((_attempt, at) => !lost.has(at)),
        outcomes,
      ),
      changesBefore,
    ),
    // Beside the others' second write, not after it.
    ...[...lost].map(async at => {
      const { start, place } = attempts[at]!;
      outcomes.set(place, await startAlone(start));
    }),
  ]);
  crashPoint('claim:after-work');
  for (const [place, outcome] of won) outcomes.set(place, outcome);
  return starts.map((_start, place) => outcomes.get(place) ?? { reason: 'taken' });
}

/** Its failure is not that of those who won: whoever claims finds the work again. */
export async function startAlone({ ctx, claim, candidate, slots }: Start): Promise<StartOutcome> {
  try {
    return await startCandidate(ctx, claim, { ...candidate, slot: undefined }, slots);
  } catch (error) {
    ctx.plane.log.warn({ err: error }, 'a claim that was tried again failed');
    return { reason: 'taken' };
  }
}

async function prepare(starts: Start[], outcomes: Map<number, StartOutcome>): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const [place, start] of starts.entries()) {
    const { ctx, claim, candidate, slots } = start;
    const slot = candidate.slot ?? (await slots.take(candidate.type));
    if (slot === null) outcomes.set(place, { reason: 'at-capacity' });
    else attempts.push({ ...newDispatch(ctx, claim, candidate, slot), start, place });
  }
  return attempts;
}

/** Places in `attempts` that lost. The threads of raw messages stand before their messages are taken up. */
async function insertAll({ collections: c }: Plane, attempts: Attempt[]): Promise<Set<number>> {
  if (attempts.length === 0) return new Set();
  const threads = attempts.flatMap(({ start: { candidate } }) =>
    candidate.raw && !candidate.raw.hasThread ? [candidate.raw.thread] : [],
  );
  const [lost] = await Promise.all([
    insertDispatches(
      c,
      attempts.map(({ row }) => row),
    ),
    threads.length > 0 ? openRawThreads(c, threads, true) : null,
  ]);
  return lost;
}

/**
 * With their slots in hand: what a budget lets past can never be more than what runs when it is used up. Those that
 * came too late are withdrawn; nobody was told of them.
 */
async function withinBudget(
  plane: Plane,
  attempts: Attempt[],
  outcomes: Map<number, StartOutcome>,
): Promise<Attempt[]> {
  const budgeted = attempts.filter(({ start }) => hasBudget(start.candidate.type));
  if (budgeted.length === 0) return attempts;
  const spent = new Set<Attempt>();
  for (const tenantId of new Set(budgeted.map(({ row }) => row.tenantId))) {
    const ofTenant = budgeted.filter(({ row }) => row.tenantId === tenantId);
    const types = new Map(ofTenant.map(({ start: { candidate } }) => [candidate.type.slug, candidate.type]));
    const slugs = await spentTypes(plane, tenantId, [...types.values()]);
    for (const attempt of ofTenant) if (slugs.has(attempt.row.agentType)) spent.add(attempt);
  }
  if (spent.size === 0) return attempts;
  for (const { place } of spent) outcomes.set(place, { reason: 'held' });
  await withdrawDispatches(
    plane.collections,
    [...spent].map(({ row }) => row._id),
  );
  return attempts.filter(attempt => !spent.has(attempt));
}

async function takeItems(plane: Plane, attempts: Attempt[], changesBefore: number): Promise<Map<number, StartOutcome>> {
  const won = new Map<number, StartOutcome>();
  if (attempts.length === 0) return won;
  const c = plane.collections;
  const items = await writeItems(plane, attempts);
  const held = attempts.filter(({ row }) => items.has(hex(row.source.id))).map(({ row }) => row);
  const [dispatches] = await Promise.all([
    findDispatchesById(
      c,
      held.map(({ _id }) => _id),
    ),
    withdrawDispatches(
      c,
      attempts.filter(({ row }) => !items.has(hex(row.source.id))).map(({ row }) => row._id),
    ),
  ]);
  const byId = new Map(dispatches.map(dispatch => [hex(dispatch._id), dispatch]));
  await giveBackLost(
    plane,
    changesBefore,
    held.filter(({ _id }) => !byId.has(hex(_id))),
  );
  for (const { row, key, place, start } of attempts) {
    const item = items.get(hex(row.source.id));
    const dispatch = byId.get(hex(row._id));
    if (!item || !dispatch) continue;
    const { raw, type } = start.candidate;
    const whole = raw ? { message: item as MessageDocument, subject: raw.thread.subject } : {};
    won.set(place, { dispatch, type, item, key, ...whole });
  }
  return won;
}

/** The second gate for all, one write a kind; by id of the work item, those that were won. */
async function writeItems(plane: Plane, attempts: Attempt[]): Promise<Map<string, WorkDocument>> {
  const c = plane.collections;
  const raw = attempts.flatMap(({ row, start: { candidate } }) =>
    candidate.raw ? [{ adoption: candidate.raw.adoption, claim: workClaimOf(candidate.due, row) }] : [],
  );
  const known = (kind: WorkKind) =>
    attempts
      .filter(({ start: { candidate } }) => !candidate.raw && candidate.due.kind === kind)
      .map(({ row, start: { candidate } }) => workClaimOf(candidate.due, row));
  const messages = known('message');
  const tasks = known('task');
  const rows = await Promise.all([
    raw.length > 0 ? adoptAsClaimed(c, raw) : [],
    messages.length > 0 ? claimWorkItems(c, 'message', messages) : [],
    tasks.length > 0 ? claimWorkItems(c, 'task', tasks) : [],
  ]);
  for (const { adoption } of raw) plane.rawIntake.forget(hex(adoption.document._id));
  return new Map(rows.flat().map(row => [hex(row._id), row]));
}
