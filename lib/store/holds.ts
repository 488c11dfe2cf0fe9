import type { Document, Filter } from 'mongodb';
import type { Priority } from '../domain/fields';
import type { Collections } from './collections';
import { workCollection, WORK_WORDS, type WorkDocument, type WorkKind } from './work-items';

/**
 * Work that nobody has yet moves between due, held and unroutable with its type. Every write filters on status, so a
 * claim and a move of the same item exclude each other, and a move that changes nothing writes nothing.
 */
const KINDS: WorkKind[] = ['message', 'task'];
/** Unroutable work may name anything; a sweep that sees more than this goes on when these are gone. */
const MOST_SLUGS = 5_000;
const LIVE = { deletedAt: { $exists: false } };
/** A task knows no `unroutable`: without its type it is held. */
const UNROUTABLE: Record<WorkKind, string> = { message: 'unroutable', task: WORK_WORDS.task.held };

export interface WorkOfType {
  tenantId: string;
  slug: string;
}

/** Held, with this reason. */
export const holdWork = (c: Collections, work: WorkOfType, priorities: Priority[], reason: string): Promise<number> =>
  move(c, work, kind => ({
    from: [WORK_WORDS[kind].due, WORK_WORDS[kind].held, UNROUTABLE[kind]],
    to: WORK_WORDS[kind].held,
    reason,
    priorities,
  }));

/** Free to be claimed. What was tried before keeps its place and its back-off. */
export const freeWork = (c: Collections, work: WorkOfType, priorities: Priority[]): Promise<number> =>
  move(c, work, kind => ({
    from: [WORK_WORDS[kind].held, UNROUTABLE[kind]],
    to: WORK_WORDS[kind].due,
    reason: null,
    priorities,
  }));

/** There is no such type any more. */
export const strandWork = (c: Collections, work: WorkOfType, reason: string): Promise<number> =>
  move(c, work, kind => ({
    from: [WORK_WORDS[kind].due, WORK_WORDS[kind].held, UNROUTABLE[kind]],
    to: UNROUTABLE[kind],
    reason,
  }));

interface Move {
  from: string[];
  to: string;
  reason: string | null;
  priorities?: Priority[];
}

async function move(c: Collections, { tenantId, slug }: WorkOfType, moveOf: (kind: WorkKind) => Move): Promise<number> {
  const moved = await Promise.all(
    KINDS.map(async kind => {
      const { from, to, reason, priorities } = moveOf(kind);
      const filter: Document = {
        tenantId,
        status: { $in: from },
        assignedTo: slug,
        ...(priorities ? { priority: { $in: priorities } } : {}),
        $nor: [{ status: to, reason }],
        // Not yet taken up: whoever adopts it routes it by the type as it is then.
        rankAt: { $type: 'date' },
        ...LIVE,
      };
      const result = await workCollection(c, kind).updateMany(filter as Filter<WorkDocument>, [
        { $set: { status: to, reason: { $literal: reason }, updatedAt: '$$NOW' } },
      ]);
      return result.modifiedCount;
    }),
  );
  return moved.reduce((sum, count) => sum + count, 0);
}

/** Types that work is waiting for, whether they exist or not: what a sweep looks at. */
export async function findSlugsOfIdleWork(c: Collections, tenantId: string): Promise<string[]> {
  const asked = KINDS.flatMap(kind => {
    const statuses = new Set([WORK_WORDS[kind].due, WORK_WORDS[kind].held, UNROUTABLE[kind]]);
    // One status at a time: then the index alone answers, one key a slug.
    return [...statuses].map(status =>
      workCollection(c, kind).distinct('assignedTo', { tenantId, status } as Filter<WorkDocument>),
    );
  });
  const slugs = (await Promise.all(asked)).flat();
  return [...new Set(slugs.filter(slug => typeof slug === 'string'))].slice(0, MOST_SLUGS);
}
